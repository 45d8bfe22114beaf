"""The trace of the window makes the same views in pvpython."""

from layouts_test import *

LoadPlugin(os.environ["FLARE_TEST_PLUGIN"], ns=globals())
model = os.path.join(os.path.dirname(os.environ["FLARE_TEST_MODEL"]), "blocks.safetensors")
mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=model)
CreateLayout("Layout #1")
Show(predict, CreateView("RenderView"))
SetActiveSource(predict)
exec(open(os.path.join(folder, "trace.py")).read())
assert colours("Head Map") == remembered()["traced"], colours("Head Map")
Render(layout_views("Head Map")["Effective rank"])
assert marked(layout_views("Head Map")["Effective rank"]) == [2, 3, -2, -1]
passed("after")
