from layouts_test import *

now = state()
for kind, names in remembered()["saved"].items():
    assert set(names) <= set(now[kind]), (names, now[kind])  # a new session may have made a view of its own
assert colours() == remembered()["colours"]
views = layout_views("Comparison of von_mises")
assert cameras_follow(views["Truth"], views["Prediction"], views["Error"]), "cameras are linked again"
assert all(fits(view) for view in views.values())
screenshot("loaded")
FindSource("predict").ParameterValues = ["SigmaX", "7e7"]
Render(views["Error"])
passed("check_loaded")
