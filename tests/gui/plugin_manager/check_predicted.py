from window_test import *

assert GetActiveSource().GetXMLName() == "FLAREPredict"
assert prediction(GetActiveSource())
screenshot("predicted")
passed("check_predicted")
