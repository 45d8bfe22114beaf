from window_test import *

values = given(FindSource("predict"))
assert values == {"SigmaX": remembered()["dragged"], "YoungsModulus": "1.5e11"}, values
screenshot("typed")
passed("check_typed")
