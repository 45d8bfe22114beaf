from window_test import *

train = FindSource("train")
spectrum = FLARESpectrum(registrationName="spectrum", Input=FindSource("plates"), ModelFile=train.ModelFile)
Hide(FindSource("predict"))
modes = OutputPort(spectrum, 1)
ColorBy(Show(modes), ("POINTS", "mode_b0_h0_1"))
show(modes)
table = servermanager.Fetch(spectrum)
largest = max(table.GetColumnByName("Eigenvalue").GetValue(i) for i in range(table.GetNumberOfRows()))
assert abs(largest - 1.0) <= 1e-5, largest
screenshot("spectrum")
passed("check_spectrum")
