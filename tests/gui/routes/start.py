from layouts_test import *

start_with_blocks()
remember(before=state())
passed("start")
