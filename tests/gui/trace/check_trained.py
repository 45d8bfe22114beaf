from window_test import *

train = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
wait_for_state(train, "completed")
SetActiveSource(next(s for s in GetSources().values() if s.GetXMLName() == "XMLUnstructuredGridReader"))
passed("check_trained")
