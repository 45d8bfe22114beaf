from window_test import *

predict = FindSource("predict")
assert float(given(predict)["SigmaX"]) > float(remembered()["dragged"])
assert list(given(predict)) == ["SigmaX", "YoungsModulus"]
passed("check_key")
