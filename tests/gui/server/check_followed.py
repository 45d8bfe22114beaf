from window_test import *

predict = FindSource("predict")
let_run(0.5)
assert list(given(predict)) == ["SigmaX"], given(predict)
assert prediction(predict) != remembered()["first"], "the field did not follow the slider"
screenshot("followed")
passed("check_followed")
