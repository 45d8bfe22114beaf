# The plugin is loaded by hand here, while the window is open.
from window_test import *

LoadPlugin(os.environ["FLARE_TEST_PLUGIN"], ns=globals())
mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
show(mesh)
passed("start")
