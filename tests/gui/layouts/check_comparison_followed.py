from layouts_test import *

views = layout_views("Comparison of von_mises")
worst = max(map(abs, FindSource("predict").GetPointDataInformation()["von_mises_error"].GetRange()))
assert worst != remembered()["worst"], "the prediction has changed"
assert colour_range(views["Error"]) == [-worst, worst]
screenshot("comparison_followed")
passed("check_comparison_followed")
