from layouts_test import *

views = layout_views("Comparison of displacement, magnitude")
data = FindSource("vectors").GetPointDataInformation()
for view in views.values():
    assert shown(view).LookupTable.VectorMode == "Magnitude"
assert colour_range(views["Truth2"]) == list(data["displacement"].GetRange(-1))
assert colour_range(views["Error2"]) == [0, data["displacement_error"].GetRange(-1)[1]], "no sign, so no symmetry"
screenshot("magnitude")
passed("check_magnitude")
