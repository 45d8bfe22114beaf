"""The trace of the window makes the same views in pvpython."""

from layouts_test import *

LoadPlugin(os.environ["FLARE_TEST_PLUGIN"], ns=globals())
mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=os.environ["FLARE_TEST_MODEL"])
CreateLayout("Layout #1")
Show(predict, CreateView("RenderView"))
SetActiveSource(predict)
exec(open(os.path.join(folder, "trace.py")).read())
assert colours() == remembered()["traced"]
assert cameras_follow(*(layout_views("Comparison of von_mises")[name] for name in ("Truth", "Prediction", "Error")))
passed("after")
