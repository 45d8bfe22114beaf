from layouts_test import *

# A head that is chosen in the chart is chosen in the spectrum, the modes and the routes.
routes = GetActiveSource()
spectrum = next(value for key, value in GetSources().items() if value.GetXMLName() == "FLARESpectrum")
views = layout_views("Routes")
chart = next(view for name, view in views.items() if name.startswith("Eigenvalues"))
click(chart, *place_in_chart(chart, "Block 1 Head 2", 3))
assert chosen(spectrum, "Block", "Head") == [1, 2] == chosen(routes, "Block", "Head")
assert array_of(views["Route"]) == "route_b1_h2"
assert colour_range(views["Route"]) == [0, range_now(routes, "route_b1_h2")[1]]
screenshot("head")
assert array_of(layout_views("Spectrum")["Mode view 1"]) == "mode_b1_h2_3"
passed("check_head")
