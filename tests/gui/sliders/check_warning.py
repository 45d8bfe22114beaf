from window_test import *

screenshot("warning")
passed("check_warning")
