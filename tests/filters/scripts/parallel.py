"""pvbatch on two ranks, where a serial reader leaves one rank without points, arrays and field data."""

from flare_script import *
from paraview.simple import *

ranks = servermanager.vtkProcessModule.GetProcessModule().GetNumberOfLocalPartitions()
assert ranks == 2, ranks

model = fresh("parallel.safetensors")
train = FLARETrain(Input=cases(count=4), PointTargetArrays=["von_mises"], ParameterArrays=["SigmaX"], ModelFile=model, **TINY)
train.UpdatePipeline()
history = fetch(train)
assert history.GetNumberOfRows() == 3, history.GetNumberOfRows()
assert "von_mises_predicted" in OutputPort(train, 1).PointData.keys()

unseen = XMLUnstructuredGridReader(FileName=files("test", 1))
whole = FLAREPredict(Input=unseen, ModelFile=model)
whole.UpdatePipeline()
expected = whole.PointData["von_mises_predicted"].GetRange()

# The same mesh, spread over the ranks.
spread = RedistributeDataSet(Input=unseen, GenerateGlobalCellIds=0, PreservePartitionsInOutput=0)
parts = FLAREPredict(Input=spread, ModelFile=model)
parts.UpdatePipeline()
found = parts.PointData["von_mises_predicted"].GetRange()
# float32: sums over 1,000 points in another order.
assert all(abs(a - b) <= 1e-4 * max(abs(e) for e in expected) for a, b in zip(expected, found)), (expected, found)

spectrum = FLARESpectrum(Input=spread, ModelFile=model, NumberOfModes=1)
assert fetch(spectrum, 0).GetNumberOfRows() == 2 * 8
score = FLAREEvaluate(Input=cases("test", 2), ModelFile=model)
assert fetch(score, 0).GetNumberOfRows() == 2
assert fetch(score, 1).GetNumberOfRows() == 1

# NaN in the part of the second rank only: both stop.
broken = Calculator(Input=spread, ResultArrayName="bad", Function="von_mises/if(coordsX>0.099,0,1)", ReplaceInvalidResults=0)
failing = FLARETrain(Input=broken, PointTargetArrays=["bad"], ModelFile=fresh("failing.safetensors"), **TINY)
failing.UpdatePipeline()
assert fetch(failing).GetNumberOfRows() == 0
assert not os.path.exists(failing.ModelFile)
