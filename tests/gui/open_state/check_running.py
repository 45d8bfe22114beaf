from window_test import *

wait_for_state(FindSource("train"), "training")
passed("check_running")
