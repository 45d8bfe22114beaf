"""The installed plugin trains and predicts with the libraries that lie beside it."""

from flare_script import *
from paraview.simple import *

from paraflare import views  # found without PYTHONPATH

train = FLARETrain(Input=cases(count=4), PointTargetArrays=["von_mises"], ModelFile=fresh("installed.safetensors"), **TINY)
predict = FLAREPredict(Input=cases(count=1), ModelFile=train.ModelFile)
train.UpdatePipeline()
predict.UpdatePipeline()
assert "von_mises_predicted" in predict.PointData.keys()
mapped = {line.split()[-1] for line in open("/proc/self/maps")}
libraries = {path for path in mapped if "FLARE" in os.path.basename(path)}
assert len(libraries) >= 3 and all("/prefix/" in library for library in libraries), libraries
assert "/prefix/" in views.__file__, views.__file__
