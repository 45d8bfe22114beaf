from layouts_test import *

SaveState(os.path.join(folder, "layouts.pvsm"))
remember(saved=state(), colours=colours())
passed("check_saved")
