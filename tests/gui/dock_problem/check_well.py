from window_test import *

predict = GetActiveSource()
assert not told(predict, "Problem")
assert prediction(predict)
screenshot("well")
passed("check_well")
