from window_test import *

train = GetActiveSource()
assert train.NeverTrain == 0
assert told(train, "TrainingState") == "training"
remember(checkpoint=train.ModelFile + ".checkpoint")
os.remove(train.ModelFile + ".checkpoint")
passed("check_resumed")
