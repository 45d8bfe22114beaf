from window_test import *

assert len(GetSources()) == remembered()["sources"] + 1
SetActiveSource(FindSource("plates"))
passed("check_redone")
