from layouts_test import *

assert state() == remembered()["with_spectrum"]
spectrum = next(value for key, value in GetSources().items() if value.GetXMLName() == "FLARESpectrum")
SetActiveSource(spectrum)
check_modes(layout_views("Spectrum"), spectrum, head=0)
screenshot("spectrum_redone")
passed("check_spectrum_redone")
