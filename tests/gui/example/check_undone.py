from window_test import *

assert len(GetSources()) == remembered()["sources"]
passed("check_undone")
