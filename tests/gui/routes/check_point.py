from layouts_test import *

routes = GetActiveSource()
view = layout_views("Routes")["Route"]
before = range_now(routes, "route_b0_h0")
click_world(view, 0.02, 0.07)
position = chosen(routes, "Position")[0]
assert max(abs(a - b) for a, b in zip(position, (0.02, 0.07, 0.0))) < 2e-3, position
assert range_now(routes, "route_b0_h0") != before, "the route did not follow"
picked = routes.SMProxy.GetDataInformation(2)
assert picked.GetNumberOfPoints() == 1
assert abs(picked.GetBounds()[0] - 0.02) < 0.01 and abs(picked.GetBounds()[2] - 0.07) < 0.01
assert colour_range(view) == [0, range_now(routes, "route_b0_h0")[1]]
remember(before=before)
screenshot("point")
passed("check_point")
