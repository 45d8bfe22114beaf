from window_test import *

# One component of the displacement is constant: the check asks.
wait_for_state(GetActiveSource(), "waiting")
passed("check_asked")
