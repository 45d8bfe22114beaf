from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Head Map")
click_world(views["Effective rank"], 2.5, -1.5)
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [1, 1, 2]
assert marked(views["Effective rank"]) == [2, 3, -2, -1]
assert marked(views["Similarity of heads"]) == [5, 9, -3, -2], "its row of the second block"
assert array_of(views["Mode view 1"]) == "mode_b1_h2_1"
screenshot("square")
passed("check_square")
