from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Spectrum")
assert chosen(spectrum, "Block", "Head", "FirstMode") == [0, 0, 0], "a click is one step"
assert standing_out(views["Eigenvalues"]) == ["Block 0 Head 0"]
assert array_of(views["Mode view 1"]) == "mode_b0_h0_1"
passed("check_mode_undone")
