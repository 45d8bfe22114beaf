from window_test import *

spectrum = FindSource("spectrum")
assert given(spectrum) == {}, "one undo takes back the whole drag"
assert range_now(spectrum, "mode_b0_h1_1", port=1) == remembered()["first"]
passed("check_undone")
