from layouts_test import *

pictures = exported(
    {"spectrum_chart.csv": ["Mode", "Block 1 Head 2"], "spectrum_modes.csv": ["mode_b0_h0_1", "Points:0"]}
)
names = ["eigenvalues", *(f"mode_view_{i}" for i in (1, 2, 3, 4))]
assert pictures == sorted(f"spectrum_{name}.{ending}" for name in names for ending in ("png", "svg")), pictures
passed("check_exported")
