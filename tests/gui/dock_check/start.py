from glob import glob

from window_test import *

# Cases whose reading takes longer than the clicks that cancel it.
plates = sorted(glob(os.path.join(os.path.dirname(os.environ["FLARE_TEST_MESH"]), "../train/*.vtu")))[:100]
files = XMLUnstructuredGridReader(registrationName="files", FileName=plates)
cases = ProgrammableFilter(registrationName="plates", Input=files)
cases.Script = """
import time
time.sleep(0.1)
self.GetOutputDataObject(0).ShallowCopy(self.GetInputDataObject(0, 0))
"""
Show(cases)
SetActiveSource(cases)
ResetCamera()
Render()
passed("start")
