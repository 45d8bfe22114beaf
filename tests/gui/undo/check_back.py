from window_test import *

train = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
let_run(1.0)
screenshot("back")
assert train.Epochs == 1000000 and train.NeverTrain == 1
assert told(train, "TrainingState") == "idle"
assert told(train, "Outcome").startswith("read"), told(train, "Outcome")
# Coloured as before.
shown = GetDisplayProperties(OutputPort(train, 1))
assert shown.ColorArrayName[1] == "displacement_predicted" and shown.LookupTable, shown.ColorArrayName
passed("check_back")
