"""Trains the tiny networks that the tests of the window use, one with several blocks; in some seconds."""

from flare_script import *
from paraview.simple import *

for name, options in (
    ("model.safetensors", {}),
    ("blocks.safetensors", dict(Blocks=2, Heads=4)),
    ("without_spectra.safetensors", dict(Epochs=1, SpectraEvery=0)),
):
    train = FLARETrain(
        Input=cases(),
        PointTargetArrays=["von_mises"],
        ParameterArrays=["SigmaX", "YoungsModulus"],
        ModelFile=fresh(name),
        **{**TINY, "SpectraEvery": 1, **options},
    )
    train.UpdatePipeline()
    assert os.path.exists(train.ModelFile)
