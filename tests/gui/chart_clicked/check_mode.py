from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Spectrum")
click(views["Eigenvalues"], *place_in_chart(views["Eigenvalues"], "Block 1 Head 2", 3))
assert chosen(spectrum, "AllBlocks", "Block", "Head", "FirstMode") == [1, 1, 2, 3]
assert spectrum_size(spectrum) == 8, "the chart keeps its lines"
assert standing_out(views["Eigenvalues"]) == ["Block 1 Head 2"]
assert array_of(views["Mode view 1"]) == "mode_b1_h2_3"
largest = max(map(abs, range_now(spectrum, "mode_b1_h2_3", port=1)))
assert colour_range(views["Mode view 1"]) == [-largest, largest]
screenshot("mode")
passed("check_mode")
