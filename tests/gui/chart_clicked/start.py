from layouts_test import *

start_with_blocks()
passed("start")
