from window_test import *

train = GetActiveSource()
assert train.ShownCase in told(train, "ValidationCaseIndices"), train.ShownCase
screenshot("another_case")
passed("check_case")
