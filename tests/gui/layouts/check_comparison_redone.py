from layouts_test import *

views = layout_views("Comparison of von_mises")
truth, prediction, error = views["Truth"], views["Prediction"], views["Error"]
assert shown(prediction).LookupTable == shown(truth).LookupTable
low, high = colour_range(error)
assert low == -high < 0
assert cameras_follow(prediction, truth, error)
assert fits(truth)
screenshot("comparison_redone")
passed("check_comparison_redone")
