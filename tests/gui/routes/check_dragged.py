from layouts_test import *

# The handle in the view.
routes = GetActiveSource()
view = layout_views("Routes")["Route"]
begin = list(routes.Position)
before = range_now(routes, "route_b0_h0")
drag(view, *(place_of(view, begin[0] - 0.005 * i, begin[1] - 0.01 * i) for i in range(4)))
position = chosen(routes, "Position")[0]
assert max(abs(a - b) for a, b in zip(position, (begin[0] - 0.015, begin[1] - 0.03, 0.0))) < 2e-3, list(position)
assert range_now(routes, "route_b0_h0") != before, "the route did not follow"
screenshot("dragged")
passed("check_dragged")
