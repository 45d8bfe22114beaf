from window_test import *

predict = FindSource("predict")
values = given(predict)
assert list(values) == ["SigmaX"], values
assert prediction(predict) != remembered()["first"], "the field did not follow the slider"
# What else was changed in the panel waits for Apply.
assert predict.GetProperty("MergeBlocks").GetData() == 0
remember(dragged=values["SigmaX"], moved=prediction(predict))
screenshot("dragged")
passed("check_drag")
