from window_test import *

train = GetActiveSource()
assert train.GetXMLName() == "FLARETrain"
assert len(train.Input[0].FileName) == remembered()["files"], "what redo brought back is what is trained on"
screenshot("train")
passed("check_train")
