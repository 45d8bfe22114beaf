from layouts_test import *

ResetSession()
LoadState(os.path.join(folder, "layouts.pvsm"))
let_run(0.5)
assert state() == remembered()["saved"]
assert colours() == remembered()["colours"]
views = layout_views("Comparison of von_mises")
assert cameras_follow(views["Truth"], views["Prediction"], views["Error"]), "cameras are linked again"
assert all(fits(view) for view in views.values())
screenshot("loaded")
# Ranges follow the data as before.
predict = FindSource("predict")
predict.ParameterValues = ["SigmaX", "7e7"]
Render(views["Error"])
let_run(0.5)
worst = max(map(abs, predict.GetPointDataInformation()["von_mises_error"].GetRange()))
assert colour_range(views["Error"]) == [-worst, worst]
passed("check_loaded")
