from window_test import *

# Nothing has been computed yet, or there would be errors of files that are not there.
screenshot("question")
passed("check_question")
