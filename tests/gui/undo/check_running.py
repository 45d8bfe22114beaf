from window_test import *

train = GetActiveSource()
wait_until(lambda: told(train, "TrainingState") in ("waiting", "training"))
train.SMProxy.InvokeCommand("StartTraining")
wait_for_state(train, "training")
remember(checkpoint=wait_for_checkpoint(train))
screenshot("running")
passed("check_running")
