from window_test import *

train = GetActiveSource()
assert train.GetXMLName() == "FLARETrain"
assert list(train.PointTargetArrays) == ["displacement", "von_mises"], train.PointTargetArrays
assert sorted(train.ParameterArrays) == ["PoissonsRatio", "SigmaX", "YoungsModulus"], train.ParameterArrays
assert train.ModelFile == "", "nothing is typed"
wait_for_state(train, "waiting")
screenshot("asked")
passed("check_asked")
