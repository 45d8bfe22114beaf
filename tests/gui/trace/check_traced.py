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
# Nor does what the filters were asked for.
for source in GetSources().values():
    for name in source.ListProperties():
        told_only = source.GetProperty(name) and source.GetProperty(name).SMProperty.GetInformationOnly()
        assert not told_only or f".{name} = " not in trace, name
assert os.path.exists(os.path.join(folder, "saved.vtk"))
screenshot("traced")
passed("check_traced")
