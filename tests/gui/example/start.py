from window_test import *

remember(sources=len(GetSources()))
passed("start")
