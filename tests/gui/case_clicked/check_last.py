from window_test import *

train = FindSource("train")
wait_until(lambda: train.ShownCase != -1)
index = train.ShownCase
wait_until(lambda: case_of(OutputPort(train, 1)) == remembered()["held_out"][str(index)])
wait_until(lambda: "von_mises_predicted" in OutputPort(train, 1).PointData.keys())
assert told(train, "TrainingState") == "training", "looking does not disturb the training"
remember(last=index)
screenshot("last")
passed("check_last")
