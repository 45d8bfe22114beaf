from window_test import *

predict = GetActiveSource()
assert given(predict) == {"SigmaX": "8e7"}, given(predict)
assert predict.GetPointDataInformation()["von_mises_predicted"].GetRange()
screenshot("applied")
passed("check_applied")
