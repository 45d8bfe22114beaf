"""Opening a state file never trains and never overwrites."""

from flare_script import *
from paraview.simple import *

model = fresh("state.safetensors")
train = FLARETrain(Input=cases(), PointTargetArrays=["von_mises"], ModelFile=model, IfModelExists="Overwrite", **TINY)
train.UpdatePipeline()
predict = FLAREPredict(Input=cases("test", 1), Model=train)
predict.UpdatePipeline()
state = os.path.join(folder, "state.pvsm")
SaveState(state)
with open(state) as text:
    assert "PointTargetArrays" in text.read()
written = os.stat(model).st_mtime_ns


def reload():
    ResetSession()
    LoadPlugin(plugin, ns=globals())
    LoadState(state)
    loaded = next(s for s in GetSources().values() if s.GetXMLName() == "FLARETrain")
    assert loaded.NeverTrain == 1, "NeverTrain must be forced"
    assert list(loaded.PointTargetArrays) == ["von_mises"], loaded.PointTargetArrays
    errors = Errors(loaded)
    loaded.UpdatePipeline()
    return loaded, errors


loaded, errors = reload()
assert not errors
loaded.UpdatePropertyInformation()
assert loaded.Outcome.startswith("read"), loaded.Outcome
assert os.stat(model).st_mtime_ns == written
prediction = next(s for s in GetSources().values() if s.GetXMLName() == "FLAREPredict")
prediction.UpdatePipeline()
assert "von_mises_predicted" in prediction.PointData.keys()

os.remove(model)
loaded, errors = reload()
assert errors and not os.path.exists(model), "a state does not train when its model is gone"
