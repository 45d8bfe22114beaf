from layouts_test import *

views = layout_views("Comparison of von_mises")
assert sorted(views) == ["Error", "Prediction", "Truth"], views
truth, prediction, error = views["Truth"], views["Prediction"], views["Error"]
data = FindSource("predict").GetPointDataInformation()
smallest, largest = data["von_mises"].GetRange()
assert colour_range(truth) == [smallest, largest]
assert shown(prediction).LookupTable == shown(truth).LookupTable
assert [list(shown(view).ColorArrayName) for view in (truth, prediction, error)] == [
    ["POINTS", "von_mises" + ending] for ending in ("", "_predicted", "_error")
]
worst = max(map(abs, data["von_mises_error"].GetRange()))
assert colour_range(error) == [-worst, worst]
assert cameras_follow(truth, prediction, error) and cameras_follow(error, truth, prediction)
assert fits(truth)
remember(worst=worst, with_comparison=state())
screenshot("comparison")
passed("check_comparison")
