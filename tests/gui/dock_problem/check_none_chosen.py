from window_test import *

train = GetActiveSource()
wait_for_state(train, "failed")
print(told(train, "Problem"))
screenshot("none_chosen")
passed("check_none_chosen")
