from window_test import *

wait_for_state(GetActiveSource(), "waiting", "training")
passed("check_waiting")
