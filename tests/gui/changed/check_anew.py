from window_test import *

train = FindSource("train")
wait_until(lambda: told(train, "TrainingState") in ("waiting", "training"))
train.SMProxy.InvokeCommand("StartTraining")
wait_for_state(train, "training")
screenshot("anew")
passed("check_anew")
