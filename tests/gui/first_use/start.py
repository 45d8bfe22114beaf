from window_test import *

cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(12))
show(cases)
passed("start")
