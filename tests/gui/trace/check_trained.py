from window_test import *

train = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
wait_until(lambda: told(train, "TrainingState") in ("waiting", "completed"))
train.SMProxy.InvokeCommand("StartTraining")
wait_for_state(train, "completed")
SetActiveSource(next(s for s in GetSources().values() if s.GetXMLName() == "XMLUnstructuredGridReader"))
passed("check_trained")
