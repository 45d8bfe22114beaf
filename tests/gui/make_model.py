"""Trains the tiny networks that the tests of the window use, one with several blocks; in some seconds."""

from flare_script import *
from paraview.simple import *

for name, shape in (("model.safetensors", {}), ("blocks.safetensors", dict(Blocks=2, Heads=4))):
    train = FLARETrain(
        Input=cases(),
        PointTargetArrays=["von_mises"],
        ParameterArrays=["SigmaX", "YoungsModulus"],
        ModelFile=fresh(name),
        SpectraEvery=1,
        **{**TINY, **shape},
    )
    train.UpdatePipeline()
    assert os.path.exists(train.ModelFile)
