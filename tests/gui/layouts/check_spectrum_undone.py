from layouts_test import *

assert state() == remembered()["with_comparison"], "one undo takes back the filter and its layout"
passed("check_spectrum_undone")
