from window_test import *

train = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
let_run(1.0)
screenshot("back")
assert told(train, "TrainingState") == "idle"
assert told(train, "Outcome").startswith("read"), told(train, "Outcome")
passed("check_back")
