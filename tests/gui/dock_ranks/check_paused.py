from window_test import *

train = GetActiveSource()
before = list(told(train, "TrainingHistory"))
let_run(1.0)
assert told(train, "TrainingState") == "paused" and list(told(train, "TrainingHistory")) == before
passed("check_paused")
