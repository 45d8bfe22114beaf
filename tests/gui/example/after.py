"""The trace opens the example in pvpython."""

from window_test import *

exec(open(os.path.join(folder, "trace.py")).read())
plates = GetActiveSource()
assert len(plates.FileName) == remembered()["files"]
assert list(GetDisplayProperties(plates).ColorArrayName) == ["POINTS", "von_mises"]
passed("after")
