from window_test import *

train = GetActiveSource()
assert told(train, "TrainingState") == "training"
assert len(told(train, "TrainingHistory")) >= 3
assert told(train, "ValidationCaseErrors") > 0.0
arrays = OutputPort(train, 1).PointData.keys()
assert "displacement_predicted" in arrays, arrays
shown = GetDisplayProperties(OutputPort(train, 1))
assert shown.ColorArrayName[1] == "displacement_predicted", shown.ColorArrayName
assert train.SMProxy.GetProperty("Background").GetElement(0) == 1
screenshot("running")
passed("check_running")
