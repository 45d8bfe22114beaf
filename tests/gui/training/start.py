from glob import glob

from window_test import *

plates = sorted(glob(os.path.join(os.path.dirname(os.environ["FLARE_TEST_MESH"]), "../train/*.vtu")))[:12]
cases = XMLUnstructuredGridReader(registrationName="plates", FileName=plates)
Show(cases)
SetActiveSource(cases)
ResetCamera()
Render()
passed("start")
