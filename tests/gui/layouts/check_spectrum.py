from layouts_test import *

spectrum = GetActiveSource()
assert spectrum.GetXMLName() == "FLARESpectrum" and spectrum.Input == FindSource("mesh")
assert given(spectrum) == given(FindSource("predict"))
check_modes(layout_views("Spectrum"), spectrum, head=0)
chart = layout_views("Spectrum")["Eigenvalues"]
assert chart.LeftAxisLogScale == 1
lines = shown(chart)
columns = list(lines.SeriesVisibility)
assert lines.XArrayName == "Mode" and columns == list(lines.SeriesColor)[::4], "a colour for each line"
assert len(columns) == spectrum_size(spectrum)
screenshot("spectrum")
remember(with_spectrum=state())
passed("check_spectrum")
