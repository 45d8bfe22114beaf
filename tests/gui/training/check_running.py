from window_test import *

train = GetActiveSource()
wait_for_state(train, "training")
wait_until(lambda: len(told(train, "TrainingHistory")) >= 3)
wait_until(lambda: GetDisplayProperties(OutputPort(train, 1)).ColorArrayName[1])
assert told(train, "ValidationCaseErrors") > 0.0
arrays = OutputPort(train, 1).PointData.keys()
assert "displacement_predicted" in arrays, arrays
shown = GetDisplayProperties(OutputPort(train, 1))
assert shown.ColorArrayName[1] == "displacement_predicted", shown.ColorArrayName
let_run(4.0)  # until the chart has some epochs
screenshot("running")
passed("check_running")
