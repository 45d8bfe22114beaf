from layouts_test import *

settle()
assert state() == remembered()["with_map"]
spectrum = next(value for key, value in GetSources().items() if value.GetXMLName() == "FLARESpectrum")
SetActiveSource(spectrum)
view = layout_views("Head Map")["Effective rank"]
assert view.InteractionMode == "2D" and 1 < view.CameraParallelScale < 5, view.CameraParallelScale
click_world(view, 1.5, -1.5)
assert chosen(spectrum, "Block", "Head") == [1, 1], "a view that came back takes clicks"
passed("check_redone")
