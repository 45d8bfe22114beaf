from window_test import *

train = GetActiveSource()
wait_for_state(train, "waiting")
report = told(train, "DataReport")
assert report[4 * report[1::4].index("cases") + 2].startswith("100 cases found"), report
assert not os.path.exists(train.ModelFile + ".checkpoint")
screenshot("checked")
passed("check_checked")
