from layouts_test import *

names = os.listdir(os.path.join(folder, "exported"))
assert names and all(open(os.path.join(folder, "exported", name)).read() == "mine" for name in names)
passed("check_not_replaced")
