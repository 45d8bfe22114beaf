from window_test import *

train = FindSource("train")
assert train.ShownCase == remembered()["last"], (train.ShownCase, remembered())
wait_until(lambda: case_of(OutputPort(train, 1)) == remembered()["held_out"][str(train.ShownCase)])
assert told(train, "TrainingState") == "training", "looking does not disturb the training"
passed("check_undone")
