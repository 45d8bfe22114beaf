from window_test import *

train = GetActiveSource()
wait_for_state(train, "stopped")
assert os.path.exists(train.ModelFile)
screenshot("stopped")
passed("check_stopped")
