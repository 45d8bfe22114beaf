from layouts_test import *

assert state() == remembered()["before"], "one undo takes back all"
screenshot("comparison_undone")
passed("check_comparison_undone")
