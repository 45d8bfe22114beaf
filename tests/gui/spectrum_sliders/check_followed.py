from window_test import *

spectrum = FindSource("spectrum")
assert list(given(spectrum)) == ["SigmaX"], given(spectrum)
assert range_now(spectrum, "mode_b0_h1_1", port=1) != remembered()["first"], "the modes did not follow the slider"
screenshot("followed")
passed("check_followed")
