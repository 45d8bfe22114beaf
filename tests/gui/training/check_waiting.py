from window_test import *

train = GetActiveSource()
wait_for_state(train, "waiting")
report = told(train, "DataReport")
assert report[:2] == ["warning", "target displacement:Z"], report
assert len(report) % 4 == 0 and "info" in report[::4]
assert not os.path.exists(train.ModelFile + ".checkpoint")
screenshot("waiting")
passed("check_waiting")
