from paraview import smtrace
from window_test import *

own_cases(6)
smtrace.start_trace()
passed("start")
