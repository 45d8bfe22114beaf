from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Head Map")
assert chosen(spectrum, "AllBlocks", "Block", "Head", "CompareHeads") == [1, 0, 0, 1]
assert sorted(views) == ["Effective rank", *(f"Mode view {i}" for i in (1, 2, 3, 4)), "Similarity of heads"], views
ranks = OutputPort(spectrum, 4).GetCellDataInformation()["EffectiveRank"].GetRange()
assert colour_range(views["Effective rank"]) == list(ranks)
assert colour_range(views["Similarity of heads"]) == [0, 1]
grid = views["Effective rank"].AxesGrid
assert (grid.XTitle, grid.YTitle) == ("Head", "Block")
assert (list(grid.XAxisLabels), list(grid.YAxisLabels)) == ([0, 1, 2, 3], [0, 1])
assert grid.AxesToLabel == 3
assert views["Effective rank"].InteractionMode == "2D"
assert marked(views["Effective rank"]) == [0, 1, -1, 0]
screenshot("begin")
remember(with_map=state())
passed("check_begin")
