from window_test import *

assert not [name for name, _ in GetSources() if name.startswith("FLARETrain")]
# Deleting the filter keeps the run's checkpoint.
wait_until(lambda: os.path.exists(remembered()["checkpoint"]))
screenshot("deleted")
passed("check_deleted")
