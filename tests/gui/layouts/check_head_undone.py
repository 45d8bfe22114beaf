from layouts_test import *

check_modes(layout_views("Spectrum"), GetActiveSource(), head=0)
screenshot("spectrum_head_undone")
SetActiveView(layout_views("Comparison of von_mises")["Truth"])
SetActiveSource(FindSource("predict"))
passed("check_head_undone")
