from layouts_test import *

routes = GetActiveSource()
assert range_now(routes, "route_b0_h0") == remembered()["before"], "a click is one step"
passed("check_point_undone")
