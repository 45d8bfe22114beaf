from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=os.environ["FLARE_TEST_MODEL"])
ColorBy(Show(predict), ("POINTS", "von_mises_predicted"))
show(predict)
remember(first=prediction(predict))
passed("start")
