from layouts_test import *

views = layout_views("Comparison of displacement, Y")
data = FindSource("vectors").GetPointDataInformation()
for view in views.values():
    table = shown(view).LookupTable
    assert (table.VectorMode, table.VectorComponent) == ("Component", 1)
assert colour_range(views["Truth1"]) == list(data["displacement"].GetRange(1))
assert shown(views["Prediction1"]).LookupTable == shown(views["Truth1"]).LookupTable
worst = max(map(abs, data["displacement_error"].GetRange(1)))
assert colour_range(views["Error1"]) == [-worst, worst]
screenshot("component")
passed("check_component")
