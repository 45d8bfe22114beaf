from window_test import *

spectrum = FindSource("spectrum")
assert spectrum.Epoch == 0, spectrum.Epoch
assert list(told(spectrum, "Epochs")) == [0, 1, 2, 3]
assert second_eigenvalue(spectrum) != remembered()["first"], "the chart did not follow the slider"
screenshot("begin")
passed("check_begin")
