from window_test import *

predict = FindSource("predict")
assert given(predict) == {"YoungsModulus": "1.5e11"}
passed("check_reset")
