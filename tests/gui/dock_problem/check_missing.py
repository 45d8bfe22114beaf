from window_test import *

assert told(GetActiveSource(), "Problem")[0] == "ModelFile"
screenshot("missing")
passed("check_missing")
