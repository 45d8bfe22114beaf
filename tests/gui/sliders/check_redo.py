from window_test import *

predict = FindSource("predict")
assert given(predict) == {"SigmaX": remembered()["dragged"]}
assert prediction(predict) == remembered()["moved"]
passed("check_redo")
