from layouts_test import *

views = layout_views("Comparison of von_mises")
print({n: (v.CameraParallelScale, list(v.CameraPosition), v.SMProxy.GetProperty("CameraParallelScaleInfo").GetElement(0)) for n, v in views.items()})
truth, prediction, error = views["Truth"], views["Prediction"], views["Error"]
assert shown(prediction).LookupTable == shown(truth).LookupTable
low, high = colour_range(error)
assert low == -high < 0
print("B", truth.CameraParallelScale)
assert cameras_follow(prediction, truth, error)
print("C", truth.CameraParallelScale, prediction.CameraParallelScale)
assert fits(truth)
screenshot("comparison_redone")
passed("check_comparison_redone")
