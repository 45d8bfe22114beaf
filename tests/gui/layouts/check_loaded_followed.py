from layouts_test import *

# Ranges follow the data as before.
worst = max(map(abs, FindSource("predict").GetPointDataInformation()["von_mises_error"].GetRange()))
assert worst != remembered()["colours"]["Error"][1][1], "the prediction has changed"
assert colour_range(layout_views("Comparison of von_mises")["Error"]) == [-worst, worst]
passed("check_loaded_followed")
