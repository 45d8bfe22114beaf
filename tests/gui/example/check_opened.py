from paraview import smtrace
from window_test import *

with open(os.path.join(folder, "trace.py"), "w") as file:
    file.write(smtrace.stop_trace())
plates = GetActiveSource()
assert len(plates.TimestepValues) == len(plates.FileName) > 50, "one series"
display = GetDisplayProperties(plates)
assert display.Visibility and list(display.ColorArrayName) == ["POINTS", "von_mises"]
screenshot("opened")
remember(files=len(plates.FileName))
passed("check_opened")
