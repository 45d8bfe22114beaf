from window_test import *

screenshot("chosen")
passed("check_chosen")
