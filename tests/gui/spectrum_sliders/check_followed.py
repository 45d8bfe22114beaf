from window_test import *

spectrum = FindSource("spectrum")
assert list(given(spectrum)) == ["SigmaX"], given(spectrum)
# Without running the filter: the views have asked for it.
moved = list(OutputPort(spectrum, 1).GetPointDataInformation()["mode_b0_h1_1"].GetRange())
assert moved != remembered()["first"], "the modes did not follow the slider"
screenshot("followed")
passed("check_followed")
