"""The trace of the window makes the same views in pvpython."""

from layouts_test import *

play_trace(model_of_blocks())
assert colours("Head Map") == remembered()["traced"], colours("Head Map")
Render(layout_views("Head Map")["Effective rank"])
assert marked(layout_views("Head Map")["Effective rank"]) == [2, 3, -2, -1]
passed("after")
