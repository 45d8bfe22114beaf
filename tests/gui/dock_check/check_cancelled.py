from window_test import *

train = GetActiveSource()
assert told(train, "TrainingState") == "idle"
assert not told(train, "DataReport")
assert not os.path.exists(train.ModelFile)
screenshot("cancelled")
passed("check_cancelled")
