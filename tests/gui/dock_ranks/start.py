# Two ranks train together, and have no time but what the window gives them.
from window_test import *

host, port = os.environ["FLARE_TEST_SERVER"].split("//")[1].split(":")
Connect(host, int(port))
cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
show(cases)
passed("start")
