from window_test import *

train = GetActiveSource()
# The cases that were checked are trained on: reading them again would take seconds.
assert told(train, "TrainingState") in ("waiting", "preparing", "training")
wait_until(lambda: len(told(train, "TrainingHistory") or []) >= 6)
let_run(2)
screenshot("training")
remember(first=told(train, "ValidationCaseIndices")[0])
passed("check_training")
