from layouts_test import *

predict = predict_plate(os.environ["FLARE_TEST_MODEL"])
ColorBy(Show(predict), ("POINTS", "von_mises_predicted"))
show(predict)
remember(before=state())
passed("start")
