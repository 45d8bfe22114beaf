from window_test import *

train = GetActiveSource()
assert told(train, "TrainingState") == "reading"
read, found = told(train, "ReadingProgress")
assert 0 < read < found == 100, (read, found)
screenshot("reading")
passed("check_reading")
