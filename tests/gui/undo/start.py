from window_test import *

cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
show(cases)
passed("start")
