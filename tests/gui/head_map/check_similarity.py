from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Head Map")
click_world(views["Similarity of heads"], 6.5, -3.5)
assert chosen(spectrum, "Block", "Head") == [1, 3]
click_world(views["Similarity of heads"], 4.5, -0.5)
assert chosen(spectrum, "Block", "Head") == [1, 3], "between the blocks there is no head"
click_world(views["Effective rank"], 4.5, -0.5)
assert chosen(spectrum, "Block", "Head") == [1, 3], "nor beside the map"

# The map of one block.
spectrum.AllBlocks = 0
Render(views["Effective rank"])
settle()
assert list(views["Effective rank"].AxesGrid.YAxisLabels) == [1]
click_world(views["Effective rank"], 1.5, -0.5)
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [0, 1, 1]
screenshot("block")
passed("check_similarity")
