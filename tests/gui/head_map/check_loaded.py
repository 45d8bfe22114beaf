from layouts_test import *

settle()
assert colours("Head Map") == remembered()["saved"]
spectrum = next(value for key, value in GetSources().items() if value.GetXMLName() == "FLARESpectrum")
view = layout_views("Head Map")["Effective rank"]
assert chosen(spectrum, "Block", "Head") == [1, 1]
click_world(view, 0.5, -0.5)
assert chosen(spectrum, "Block", "Head") == [1, 0]
assert marked(view) == [0, 1, -1, 0]
screenshot("loaded")
passed("check_loaded")
