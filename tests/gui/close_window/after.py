# The window was closed in the middle of a training: its checkpoint is whole, and a script can go on from it.
from glob import glob

from window_test import *

LoadPlugin(os.environ["FLARE_TEST_PLUGIN"], ns=globals())
checkpoint = os.path.join(folder, "model.safetensors.checkpoint")
assert any(name.startswith("ema.") for name in tensors(checkpoint))
cases = XMLUnstructuredGridReader(FileName=sorted(glob(os.path.join(folder, "cases/*.vtu"))))
train = FLARETrain(
    Input=cases,
    PointTargetArrays=["von_mises"],
    ParameterArrays=["SigmaX", "YoungsModulus"],
    ModelFile=os.path.join(folder, "model.safetensors"),
    Epochs=1000000,
    Channels=16,
    Blocks=1,
    Heads=2,
    Latents=8,
    CheckpointInterval=0.2,
    NeverTrain=1,
)
train.UpdatePipeline()
assert train.PointData is not None and told(train, "Outcome").startswith("read"), told(train, "Outcome")
assert servermanager.Fetch(train).GetNumberOfRows() > 0
passed("after")
