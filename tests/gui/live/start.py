from layouts_test import *

cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(12))
small_training(cases)
passed("start")
