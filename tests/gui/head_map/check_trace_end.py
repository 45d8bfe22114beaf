from layouts_test import *
from paraview import smtrace

with open(os.path.join(folder, "trace.py"), "w") as file:
    file.write(smtrace.stop_trace())
remember(traced=colours("Head Map"))
passed("check_trace_end")
