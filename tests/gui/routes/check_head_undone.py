from layouts_test import *

routes = GetActiveSource()
spectrum = next(value for key, value in GetSources().items() if value.GetXMLName() == "FLARESpectrum")
assert chosen(spectrum, "Block", "Head") == [0, 0] == chosen(routes, "Block", "Head")
assert array_of(layout_views("Routes")["Route"]) == "route_b0_h0"
passed("check_head_undone")
