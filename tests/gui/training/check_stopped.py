from window_test import *

train = GetActiveSource()
wait_for_state(train, "stopped")
assert os.path.exists(train.ModelFile) and os.path.exists(train.ModelFile + ".checkpoint")
wait_until(lambda: told(train, "Outcome").startswith("stopped:"))
wait_until(lambda: train.NeverTrain == 1)  # a state file or script must not train by itself
screenshot("stopped")
passed("check_stopped")
