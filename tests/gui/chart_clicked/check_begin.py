from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Spectrum")
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [1, 0, 0]
assert spectrum_size(spectrum) == 8, "two blocks of four heads"
assert standing_out(views["Eigenvalues"]) == ["Block 0 Head 0"]
assert [array_of(views[f"Mode view {i}"]) for i in (1, 2)] == ["mode_b0_h0_1", "mode_b0_h0_2"]
screenshot("begin")
passed("check_begin")
