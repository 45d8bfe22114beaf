from window_test import *

train = GetActiveSource()
assert told(train, "TrainingState") == "stopped"
assert os.path.exists(train.ModelFile) and os.path.exists(train.ModelFile + ".checkpoint")
assert told(train, "Outcome").startswith("stopped:")
assert train.NeverTrain == 1, "a state file or script must not train by itself"
screenshot("stopped")
passed("check_stopped")
