"""Opening a state file never trains and never overwrites; a script made of it names a model that is not there."""

import subprocess

from flare_script import *
from paraview import smstate
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

SetActiveSource(None)
script = os.path.join(folder, "state.py")
with open(script, "w") as file:
    file.write(f"from paraview.simple import LoadPlugin\nLoadPlugin({plugin!r}, ns=globals())\n")
    file.write(smstate.get_state())
    file.write("\nfor source in GetSources().values():\n    source.UpdatePipeline()\n")
with open(script) as file:
    assert "NeverTrain = 1" in file.read()
said = subprocess.run(["pvpython", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
assert f"there is no model '{model}'" in said, said
assert not os.path.exists(model), "nor does the script"
