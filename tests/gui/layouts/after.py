"""The trace of the window makes the same views in pvpython."""

from layouts_test import *

play_trace(os.environ["FLARE_TEST_MODEL"])
assert colours() == remembered()["traced"]
assert cameras_follow(*(layout_views("Comparison of von_mises")[name] for name in ("Truth", "Prediction", "Error")))
passed("after")
