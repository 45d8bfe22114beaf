from window_test import *

screenshot("question")
passed("check_question")
