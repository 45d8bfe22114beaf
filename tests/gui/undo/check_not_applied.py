from window_test import *

train = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
# The settings are the old ones again: what was trained with the others ends, and nothing else begins.
wait_for_state(train, "stopped")
assert train.Epochs == 0 and train.NeverTrain == 1, (train.Epochs, train.NeverTrain)
screenshot("not_applied")
passed("check_not_applied")
