"""A predicted field as a picture."""

from flare_script import *
from paraview.simple import *
from vtkmodules.vtkIOImage import vtkPNGReader

model = fresh("render.safetensors")
train = FLARETrain(Input=cases(), PointTargetArrays=["von_mises"], ModelFile=model, **TINY)
predict = FLAREPredict(Input=XMLUnstructuredGridReader(FileName=files("test", 1)), Model=train)
view = CreateRenderView(ViewSize=[400, 300])
display = Show(predict, view)
ColorBy(display, ("POINTS", "von_mises_predicted"))
display.RescaleTransferFunctionToDataRange()
ResetCamera(view)
picture = fresh("predicted.png")
SaveScreenshot(picture, view)

reader = vtkPNGReader()
reader.SetFileName(picture)
reader.Update()
image = reader.GetOutput()
assert image.GetDimensions()[:2] == (400, 300)
colours = {tuple(image.GetScalarComponentAsDouble(x, y, 0, c) for c in range(3)) for x in range(0, 400, 7) for y in range(0, 300, 7)}
assert len(colours) > 20, len(colours)

# A chart of the history.
chart = CreateXYPlotView(ViewSize=[400, 300])
Show(OutputPort(train, 0), chart)
SaveScreenshot(fresh("history.png"), chart)
assert os.path.getsize(os.path.join(folder, "history.png")) > 1000
