from paraview import smtrace
from window_test import *

trace = smtrace.stop_trace()
with open(os.path.join(folder, "trace.py"), "w") as file:
    file.write(trace)
for words in ("FLARETrain(", "FLAREPredict(", ".ParameterValues = ['SigmaX'", "SaveData("):
    assert words in trace, words
# The window's own means do not show.
for words in ("Background", "NeverTrain", "KeepsModel", "StartTraining", "WarnOfParameters"):
    assert words not in trace, words
assert os.path.exists(os.path.join(folder, "saved.vtu"))
screenshot("traced")
passed("check_traced")
