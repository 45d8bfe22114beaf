"""Trains the tiny network that the tests of the window use; in about a second."""

from flare_script import *
from paraview.simple import *

train = FLARETrain(
    Input=cases(),
    PointTargetArrays=["von_mises"],
    ParameterArrays=["SigmaX", "YoungsModulus"],
    ModelFile=fresh("model.safetensors"),
    SpectraEvery=1,
    **TINY,
)
train.UpdatePipeline()
assert os.path.exists(train.ModelFile)
