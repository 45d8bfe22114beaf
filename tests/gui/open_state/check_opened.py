from window_test import *

train = FindSource("train")
assert train.NeverTrain == 1
Render()
let_run(1.0)
assert told(train, "TrainingState") == "idle"
assert told(train, "Outcome").startswith("read"), told(train, "Outcome")
assert "von_mises_predicted" in OutputPort(train, 1).PointData.keys()
screenshot("opened")
passed("check_opened")
