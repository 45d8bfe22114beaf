from window_test import *

spectrum = FindSource("spectrum")
assert spectrum.Epoch == -1, "one undo takes back the whole drag"
assert second_eigenvalue(spectrum) == remembered()["first"]
screenshot("undone")
passed("check_undone")
