from window_test import *

assert told(FindSource("train"), "TrainingState") == "training"
screenshot("running")
passed("check_running")
