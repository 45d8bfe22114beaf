from window_test import *

train = GetActiveSource()
wait_for_state(train, "training")
assert told(train, "InSlices") == 1
# Nobody but the window has it go on.
wait_until(lambda: len(told(train, "TrainingHistory") or []) >= 6)
screenshot("training")
passed("check_training")
