from layouts_test import *

routes = GetActiveSource()
assert routes.GetXMLName() == "FLARERoutes" and routes.Input == FindSource("mesh")
assert chosen(routes, "Block", "Head") == [0, 0], "as the spectrum"
views = layout_views("Routes")
assert sorted(name[:11] for name in views) == ["Eigenvalues", "Route"], views
assert array_of(views["Route"]) == "route_b0_h0"
largest = range_now(routes, "route_b0_h0")[1]
assert colour_range(views["Route"]) == [0, largest]
screenshot("begin")
passed("check_begin")
