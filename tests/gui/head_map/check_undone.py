from layouts_test import *

assert state() == remembered()["before"], "one undo takes back the filters and their layout"
passed("check_undone")
