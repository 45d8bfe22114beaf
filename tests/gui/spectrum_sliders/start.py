from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
spectrum = FLARESpectrum(
    registrationName="spectrum", Input=mesh, ModelFile=os.environ["FLARE_TEST_MODEL"], Block=0, Head=1
)
modes = OutputPort(spectrum, 1)
ColorBy(Show(modes), ("POINTS", "mode_b0_h1_1"))
show(modes)
SetActiveSource(spectrum)
remember(first=range_now(spectrum, "mode_b0_h1_1", port=1))
passed("start")
