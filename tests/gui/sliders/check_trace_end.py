from paraview import smtrace
from window_test import *

trace = smtrace.stop_trace()
with open(os.path.join(folder, "trace.py"), "w") as file:
    file.write(trace)
predict = FindSource("predict")
lines = [line for line in trace.splitlines() if "ParameterValues" in line]
assert lines == [f"predict.ParameterValues = {list(predict.ParameterValues)}"], trace
values = given(predict)
predict.ParameterValues = []
exec(lines[0])
assert given(predict) == values and "SigmaX" in values
passed("check_trace_end")
