from window_test import *

train = GetActiveSource()
wait_for_state(train, "training")
remember(checkpoint=wait_for_checkpoint(train))
screenshot("running")
passed("check_running")
