from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
Show(mesh)
SetActiveSource(mesh)
ResetCamera()
Render()
passed("start")
