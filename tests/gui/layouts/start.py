from layouts_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=os.environ["FLARE_TEST_MODEL"])
display = Show(predict)
ColorBy(display, ("POINTS", "von_mises_predicted"))
SetActiveSource(predict)
ResetCamera()
Render()
remember(before=state())
passed("start")
