from layouts_test import *

# The first prediction is shown; who wants to see something else is left alone.
train = GetActiveSource()
display = GetDisplayProperties(OutputPort(train, 1))
wait_until(lambda: list(display.ColorArrayName) == ["POINTS", "von_mises_predicted"])
screenshot("coloured")
ColorBy(display, None)
let_run(4.0)
assert display.ColorArrayName[1] in ("", None), list(display.ColorArrayName)
assert told(train, "TrainingState") == "training"
passed("check_coloured")
