"""Every case is read exactly once, whatever comes before the filter."""

import builtins

from flare_script import *
from paraview.simple import *

builtins.flare_count = 0
counted = ProgrammableFilter(Input=cases(count=5), Script="import builtins; builtins.flare_count += 1", CopyArrays=1)
counted.UpdatePipelineInformation()
model = fresh("series.safetensors")
train = FLARETrain(Input=counted, PointTargetArrays=["von_mises"], ModelFile=model, **TINY)
builtins.flare_count = 0
train.UpdatePipeline()
assert builtins.flare_count == 5, builtins.flare_count
OutputPort(train, 1).UpdatePipeline()
assert builtins.flare_count == 5, builtins.flare_count

score = FLAREEvaluate(Input=counted, ModelFile=model)
builtins.flare_count = 0
score.UpdatePipeline()
assert builtins.flare_count == 5, builtins.flare_count

ensemble = FLAREEnsembleSpectrum(Input=counted, ModelFile=model)
builtins.flare_count = 0
ensemble.UpdatePipeline()
assert builtins.flare_count == 5, builtins.flare_count

# Clip, calculators and their like keep parameters.
clip = Clip(Input=cases(count=5), ClipType="Plane")
clip.ClipType.Origin = [0.06, 0.05, 0.0]
clipped = FLARETrain(Input=clip, PointTargetArrays=["von_mises"], ParameterArrays=["SigmaX"],
                     ModelFile=fresh("clip.safetensors"), **TINY)
clipped.UpdatePipeline()
assert os.path.exists(clipped.ModelFile)

# Several inputs are cases, and a group of them is a composite of cases.
readers = [XMLUnstructuredGridReader(FileName=[name]) for name in files("train", 3)]
several = FLARETrain(Input=readers, PointTargetArrays=["von_mises"], ModelFile=fresh("several.safetensors"), **TINY)
several.UpdatePipeline()
several.UpdatePropertyInformation()
assert several.CasesFound == "3 cases from inputs", several.CasesFound
for kind in (FLAREEnsembleSpectrum, FLARELatents, FLAREEvaluate):
    looking = kind(Input=readers, ModelFile=several.ModelFile)
    looking.UpdatePipeline()
    looking.UpdatePropertyInformation()
    assert looking.CasesFound == "3 cases from inputs", (kind, looking.CasesFound)
group = GroupDatasets(Input=readers)
blocks = FLARETrain(Input=group, PointTargetArrays=["von_mises"], ModelFile=fresh("blocks.safetensors"), **TINY)
blocks.UpdatePipeline()
blocks.UpdatePropertyInformation()
assert blocks.CasesFound == "3 cases from blocks", blocks.CasesFound
predicted = FLAREPredict(Input=group, ModelFile=blocks.ModelFile)
predicted.UpdatePipeline()
assert "von_mises_predicted" in predicted.PointData.keys()
