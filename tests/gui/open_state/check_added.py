from window_test import *

# ParaView adds what a state has to what is there.
assert FindSource("mesh")
train = FindSource("train")
assert train is None or told(train, "TrainingState") == "training"
screenshot("added")
passed("check_added")
