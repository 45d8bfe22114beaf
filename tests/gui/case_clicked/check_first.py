from window_test import *

train = FindSource("train")
wait_until(lambda: train.ShownCase != remembered()["last"])
wait_until(lambda: case_of(OutputPort(train, 1)) == remembered()["held_out"][str(train.ShownCase)])
assert told(train, "TrainingState") == "training"
screenshot("first")
passed("check_first")
