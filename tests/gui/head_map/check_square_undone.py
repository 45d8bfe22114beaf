from layouts_test import *

assert chosen(GetActiveSource(), "Block", "Head") == [0, 0], "a click is one step"
assert marked(layout_views("Head Map")["Effective rank"]) == [0, 1, -1, 0]
passed("check_square_undone")
