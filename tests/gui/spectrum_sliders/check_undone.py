from window_test import *

spectrum = FindSource("spectrum")
assert given(spectrum) == {}, "one undo takes back the whole drag"
assert list(OutputPort(spectrum, 1).GetPointDataInformation()["mode_b0_h1_1"].GetRange()) == remembered()["first"]
passed("check_undone")
