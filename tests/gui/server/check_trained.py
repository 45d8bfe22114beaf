from window_test import *

train = FindSource("train")
wait_for_state(train, "completed")
assert os.path.exists(train.ModelFile) and tensors(train.ModelFile)
assert told(train, "ValidationCaseErrors") is not None
screenshot("trained")
# All of a case, whichever process holds it.
predict = FLAREPredict(registrationName="predict", Input=FindSource("plates"), ModelFile=train.ModelFile)
Hide(OutputPort(train, 1))
ColorBy(Show(predict), ("POINTS", "von_mises_predicted"))
show(predict)
remember(first=prediction(predict))
passed("check_trained")
