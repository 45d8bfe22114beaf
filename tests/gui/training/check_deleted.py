from window_test import *

assert not [name for name, _ in GetSources() if name.startswith("FLARETrain")]
assert os.path.exists(remembered()["checkpoint"]), "deleting the filter keeps the run's checkpoint"
screenshot("deleted")
passed("check_deleted")
