from window_test import *

spectrum = FindSource("spectrum")
assert spectrum.Epoch == -1, spectrum.Epoch
assert second_eigenvalues(spectrum) != remembered()["first"], "the chart did not follow the button"
screenshot("back")
passed("check_back")
