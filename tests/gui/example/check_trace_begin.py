from paraview import smtrace
from window_test import *

smtrace.start_trace()
passed("check_trace_begin")
