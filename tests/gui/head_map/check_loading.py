from layouts_test import *

SaveState(os.path.join(folder, "map.pvsm"))
remember(saved=colours("Head Map"))
ResetSession()
LoadState(os.path.join(folder, "map.pvsm"))
passed("check_loading")
