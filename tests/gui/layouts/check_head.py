from layouts_test import *

check_modes(layout_views("Spectrum"), GetActiveSource(), head=1)
screenshot("spectrum_head")
passed("check_head")
