from window_test import *

train = FindSource("train")
let_run(0.5)
assert train.Seed == 1
assert told(train, "TrainingState") == "training"
passed("check_pending")
