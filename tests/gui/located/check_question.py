from window_test import *

screenshot("question")
assert OutputPort(FindSource("spectrum"), 1).PointData.keys() == [], "nothing is computed before the answer"
passed("check_question")
