"""The trace of the window makes the same views in pvpython."""

from layouts_test import *

play_trace(model_of_blocks())
assert colours("Routes") == remembered()["traced"], colours("Routes")
passed("after")
