from layouts_test import *

# The block alone, a line per head.
spectrum = FindSource("everything")
views = layout_views("Spectrum1")
chart = next(view for name, view in views.items() if name.startswith("Eigenvalues"))
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [0, -1, -1]
click(chart, *place_in_chart(chart, "Block 1 Head 1", 2))
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [1, 1, 1]
assert spectrum_size(spectrum) == 8
spectrum.AllBlocks = 0
Render(chart)
settle()
assert spectrum_size(spectrum) == 4
click(chart, *place_in_chart(chart, "Block 1 Head 3", 1))
assert chosen(spectrum, "AllBlocks", "Block", "Head") == [0, 1, 3]
assert spectrum_size(spectrum) == 4 and standing_out(chart) == ["Block 1 Head 3"]
screenshot("block")
passed("check_block")
