from layouts_test import *

views = layout_views("Comparison of von_mises")


def worst():
    return max(map(abs, FindSource("predict").GetPointDataInformation()["von_mises_error"].GetRange()))


wait_until(lambda: worst() != remembered()["worst"])
wait_until(lambda: colour_range(views["Error"]) == [-worst(), worst()])
screenshot("comparison_followed")
passed("check_comparison_followed")
