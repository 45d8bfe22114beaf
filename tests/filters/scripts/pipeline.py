"""The way through all filters, as the README shows it."""

import shutil

from flare_script import *
from paraview.simple import *

model = fresh("plates.safetensors")
train = FLARETrain(Input=cases(), PointTargetArrays=["von_mises", "displacement"],
                   ParameterArrays=["SigmaX", "YoungsModulus"], ModelFile=model,
                   Recipe="Quick look", **TINY)
train.UpdatePipeline()
assert os.path.exists(model)
train.UpdatePropertyInformation()
assert train.CasesFound == "6 cases from time steps", train.CasesFound
assert train.Outcome.startswith("trained: 3 epochs"), train.Outcome
assert train.ModelFileInUse == model, train.ModelFileInUse

history = fetch(train)
assert history.GetNumberOfRows() == 3
assert columns(history)[:4] == ["Epoch", "Step", "Loss", "ValidationError"], columns(history)
validation = OutputPort(train, 1)
assert "von_mises_predicted" in validation.PointData.keys(), validation.PointData.keys()
assert "displacement_error" in validation.PointData.keys()

unseen = XMLUnstructuredGridReader(FileName=files("test", 1))
predict = FLAREPredict(Input=unseen, ModelFile=model)
predict.UpdatePipeline()
for name in ("von_mises", "von_mises_predicted", "von_mises_error", "displacement_predicted", "inside_envelope"):
    assert name in predict.PointData.keys(), (name, predict.PointData.keys())
assert predict.PointData["displacement_predicted"].GetNumberOfComponents() == 3
predict.UpdatePropertyInformation()
assert list(predict.ParameterNames) == ["SigmaX", "YoungsModulus"], predict.ParameterNames
assert list(predict.ParameterUnits) == ["Pa"] * 2, predict.ParameterUnits
assert len(predict.ParameterRanges) == 4

before = predict.PointData["von_mises_predicted"].GetRange()
predict.ParameterValues = ["SigmaX", "9e7"]
predict.UpdatePipeline()
assert predict.PointData["von_mises_predicted"].GetRange() != before

spectrum = FLARESpectrum(Input=unseen, ModelFile=model, Block=0, Head=1, NumberOfModes=2)
assert columns(fetch(spectrum, 0)) == ["Block", "Head", "Mode", "Eigenvalue", "Note"]
modes = OutputPort(spectrum, 1)
assert "mode_b0_h1_1" in modes.PointData.keys() and "left_b0_h1_1" in modes.PointData.keys()
assert fetch(spectrum, 2).GetNumberOfRows() == 2  # of all heads
assert fetch(spectrum, 4).GetNumberOfCells() == 2
assert columns(fetch(spectrum, 3))[0] == "Mode"

routes = FLARERoutes(Input=unseen, ModelFile=model, Head=1)
assert all(low <= value <= high for value, (low, high) in zip(routes.Position, zip(*[iter(unseen.GetDataInformation().GetBounds())] * 2)))
routes.UpdatePipeline()
assert columns(fetch(routes, 1)) == ["Latent", "Head_0", "Head_1"]
nearest = fetch(routes, 0).GetPointData().GetArray("route_b0_h1").GetValue(0)
routes.Selection = IDSelectionSource(IDs=[-1, 3], FieldType="POINT")
routes.UpdatePipeline()
assert fetch(routes, 0).GetPointData().GetArray("route_b0_h1").GetValue(0) != nearest
routes.Selection = None
routes.UpdatePipeline()
assert fetch(routes, 0).GetPointData().GetArray("route_b0_h1").GetValue(0) == nearest

score = FLAREEvaluate(Input=cases("test", 3), ModelFile=model)
table = fetch(score, 0)
assert table.GetNumberOfRows() == 3 * 2
for name in ("Case", "Field", "RelativeL2", "MaxError", "R2"):
    assert table.GetColumnByName(name), (name, columns(table))
summary = fetch(score, 1)
assert summary.GetColumnByName("WorstCase").GetValue(0).startswith("plate_")
assert summary.GetColumnByName("TrainingMeanRelativeL2").GetValue(0) > 0

ensemble = FLAREEnsembleSpectrum(Input=cases("test", 5), ModelFile=model, Block=0, Quantile=0.25)
over = fetch(ensemble, 0)
assert columns(over) == ["Block", "Head", "Mode", "Median", "Lower", "Upper", "Smallest", "Largest"], columns(over)
assert over.GetNumberOfRows() == 2 * 8
ordered = [over.GetColumnByName(name) for name in ("Smallest", "Lower", "Median", "Upper", "Largest")]
for row in range(2 * 8):
    assert all(a.GetValue(row) <= b.GetValue(row) for a, b in zip(ordered, ordered[1:])), row
departing = fetch(ensemble, 1)
assert columns(departing) == ["Case", "Departure", "Block", "Head"], columns(departing)
assert sorted(departing.GetColumn(0).GetValue(i) for i in range(5)) == [
    os.path.basename(name)[: -len(".vtu")] for name in files("test", 5)
]
# The first case's spectra lie within the distribution.
single = fetch(FLARESpectrum(Input=unseen, ModelFile=model, Block=0, NumberOfModes=0), 0).GetColumnByName("Eigenvalue")
assert all(ordered[0].GetValue(row) <= single.GetValue(row) <= ordered[-1].GetValue(row) for row in range(2 * 8))
assert columns(fetch(ensemble, 2)) == [
    "Mode", *(f"Block 0 Head {head}{part}" for head in range(2) for part in ("", " lower", " upper"))
]
ensemble.UpdatePropertyInformation()
assert ensemble.CasesFound == "5 cases from time steps", ensemble.CasesFound
# What a case lacks can be given to all of them.
bare = PassArrays(Input=cases("test", 3))
lacking = FLAREEnsembleSpectrum(Input=bare, ModelFile=model)
assert fetch(lacking, 1).GetNumberOfRows() == 0
lacking.UpdatePropertyInformation()
assert list(lacking.Problem)[0] == "ParameterValues", lacking.Problem
lacking.ParameterValues = ["SigmaX", "1e7", "YoungsModulus", "2e11"]
assert fetch(lacking, 1).GetNumberOfRows() == 3

ensemble.Block = 3
errors = Errors(ensemble)
assert fetch(ensemble, 0).GetNumberOfRows() == 0 and errors
ensemble.UpdatePropertyInformation()
assert list(ensemble.Problem)[0] == "Block", ensemble.Problem

# How many latents, and the model with as many: pruned into a file of its own, which is of use at once.
pruned, tuned = fresh("plates.pruned.safetensors"), fresh("tuned.safetensors")
latents = FLARELatents(Input=cases(count=6), ModelFile=model, NumberOfCases=3, Energy=0.99)
assert columns(fetch(latents)) == ["Block", "Latents", "Suggested", "Reason"], columns(fetch(latents))
latents.UpdatePropertyInformation()
assert latents.Outcome == "3 of 6 cases from time steps looked at", latents.Outcome
latents.Change, latents.Latents = "Prune", [3]
table = fetch(latents)
assert columns(table) == ["Block", "Latents", "Suggested", "ChangedTo", "Reason"], columns(table)
assert [table.GetValueByName(0, name).ToInt() for name in ("Latents", "ChangedTo")] == [8, 3]
latents.UpdatePropertyInformation()
assert latents.ChangedModelFileInUse == pruned and os.path.exists(pruned), latents.ChangedModelFileInUse
assert latents.Outcome.endswith(f"; pruned to 3 latents, written to '{pruned}'"), latents.Outcome
for source in (dict(ModelFile=pruned), dict(Model=latents)):
    assert fetch(FLARESpectrum(Input=unseen, NumberOfModes=0, **source), 0).GetNumberOfRows() == 2 * 3
follower = FLARESpectrum(Input=unseen, NumberOfModes=0, Model=latents)
follower.UpdatePipeline()
follower.Model, follower.ModelFile = None, model
assert fetch(follower, 0).GetNumberOfRows() == 2 * 8, "of the model that was connected before"
written = os.stat(pruned).st_mtime_ns
further = FLARETrain(Input=cases(), PointTargetArrays=["von_mises", "displacement"], ParameterArrays=["SigmaX", "YoungsModulus"],
                     ModelFile=tuned, StartFrom=pruned, Epochs=1, Device="CPU")
further.UpdatePipeline()
assert fetch(FLARESpectrum(Input=unseen, NumberOfModes=0, ModelFile=tuned), 0).GetNumberOfRows() == 2 * 3
latents.Latents = [2]
errors = Errors(latents)
assert fetch(latents).GetNumberOfRows() == 0 and errors
latents.UpdatePropertyInformation()
assert list(latents.Problem)[0] == "ChangedModelFile", latents.Problem
assert os.stat(pruned).st_mtime_ns == written
latents.Overwrite = 1
assert fetch(latents).GetValueByName(0, "ChangedTo").ToInt() == 2

info = FLAREModelInfo(ModelFile=model)
assert fetch(info, 0).GetNumberOfRows() > 30
assert fetch(info, 1).GetNumberOfRows() == 3

# The filter that writes the model can be connected instead of naming the file.
connected = FLAREPredict(Input=unseen, Model=train)
connected.UpdatePipeline()
assert "von_mises_predicted" in connected.PointData.keys()

# Ports are named.
assert [train.SMProxy.GetOutputPortName(i) for i in range(2)] == ["History", "Validation"]
assert [spectrum.SMProxy.GetOutputPortName(i) for i in range(6)] == [
    *("Spectrum", "Modes", "Summary", "Chart", "HeadMap", "Similarity")
]
assert [ensemble.SMProxy.GetOutputPortName(i) for i in range(3)] == ["Distribution", "Cases", "Chart"]
assert [score.SMProxy.GetOutputPortName(i) for i in range(2)] == ["Cases", "Summary"]

# Mistakes leave empty outputs.
wrong = FLAREPredict(Input=unseen, ModelFile=os.path.join(folder, "missing.safetensors"))
errors = Errors(wrong)
wrong.UpdatePipeline()
assert errors and wrong.GetDataInformation().GetNumberOfPoints() == 0

# A model file that changed on the disk is noticed by a plain update.
again = FLAREPredict(Input=unseen, ModelFile=fresh("again.safetensors"))
shutil.copy(model, again.ModelFile)
again.UpdatePipeline()
assert "von_mises_predicted" in again.PointData.keys()
with open(again.ModelFile, "w") as file:
    file.write("no model")
errors = Errors(again)
again.UpdatePipeline()
assert errors and again.GetDataInformation().GetNumberOfPoints() == 0
shutil.copy(model, again.ModelFile)
again.UpdatePipeline()
assert "von_mises_predicted" in again.PointData.keys()
