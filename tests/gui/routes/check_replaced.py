from layouts_test import *

names = os.listdir(os.path.join(folder, "exported"))
assert all(os.path.getsize(os.path.join(folder, "exported", name)) > 50 for name in names)
passed("check_replaced")
