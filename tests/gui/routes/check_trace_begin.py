from layouts_test import *
from paraview import smtrace

smtrace.start_trace()
passed("check_trace_begin")
