from layouts_test import *

ResetSession()
LoadState(os.path.join(folder, "layouts.pvsm"))
passed("check_loading")
