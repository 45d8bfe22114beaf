from layouts_test import *

train = FindSource("train")


def worst():
    return max(map(abs, range_now(train, "von_mises_error", port=1)))


def fitted():
    error = layout_views("Comparison of von_mises")["Error"]
    return colour_range(error) == [-worst(), worst()]


# The prediction sharpens, and the colours of its error with it.
wait_until(fitted)
before = worst()
wait_until(lambda: worst() != before)
wait_until(fitted)
assert told(train, "TrainingState") == "training"
views = layout_views("Comparison of von_mises")
assert shown(views["Prediction"]).LookupTable == shown(views["Truth"]).LookupTable
screenshot("comparison")
SetActiveSource(train)
passed("check_comparison")
