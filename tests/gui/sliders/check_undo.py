from window_test import *

predict = FindSource("predict")
assert given(predict) == {}, "one undo takes back the whole drag"
assert prediction(predict) == remembered()["first"]
passed("check_undo")
