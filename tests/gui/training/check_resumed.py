from window_test import *

train = GetActiveSource()
assert train.NeverTrain == 1, "a state that is saved now must not train by itself"
wait_for_state(train, "training")
remember(checkpoint=train.ModelFile + ".checkpoint")
os.remove(train.ModelFile + ".checkpoint")
passed("check_resumed")
