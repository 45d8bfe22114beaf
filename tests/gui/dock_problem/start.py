from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
show(mesh)
passed("start")
