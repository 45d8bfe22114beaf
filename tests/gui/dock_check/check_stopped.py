from window_test import *

train = GetActiveSource()
wait_for_state(train, "stopped")
assert train.NeverTrain == 1
passed("check_stopped")
