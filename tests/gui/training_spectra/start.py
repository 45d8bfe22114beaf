from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
spectrum = FLARESpectrum(registrationName="spectrum", Input=mesh, ModelFile=os.environ["FLARE_TEST_MODEL"])
chart = CreateView("XYChartView")
AssignViewToLayout(chart)
Show(OutputPort(spectrum, 3), chart)
Render(chart)
SetActiveSource(spectrum)
remember(first=second_eigenvalue(spectrum))
passed("start")
