"""The filters in plain Python with VTK, without ParaView's server manager."""

import glob
import os
import sys

from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader

from paraflare import (vtkFLAREEnsembleSpectrum, vtkFLAREEvaluate, vtkFLARELatents, vtkFLAREModelInfo, vtkFLAREPredict,
                       vtkFLARESpectrum, vtkFLARETrain)

_, plates, folder = sys.argv[1:4]
model = os.path.join(folder, "plain.safetensors")
if os.path.exists(model):
    os.remove(model)


def reader(name):
    r = vtkXMLUnstructuredGridReader()
    r.SetFileName(name)
    return r


files = sorted(glob.glob(os.path.join(plates, "train", "*.vtu")))[:4]
readers = [reader(name) for name in files]
train = vtkFLARETrain()
for r in readers:
    train.AddInputConnection(r.GetOutputPort())
assert train.GetModelFileInUse() == files[0] + ".flare.safetensors", train.GetModelFileInUse()
train.GetPointTargetArraySelection().EnableArray("von_mises")
train.GetParameterArraySelection().EnableArray("SigmaX")
train.SetModelFile(model)
train.SetEpochs(3)
train.SetChannels(16)
train.SetBlocks(1)
train.SetLatents(8)
train.SetDevice(1)
texts = []
train.AddObserver("ProgressEvent", lambda caller, event: texts.append(caller.GetProgressText()))
train.Update()
assert train.GetCasesFound() == "4 cases from inputs"
assert any(text and text.startswith("epoch") and "loss" in text for text in texts), texts
assert train.GetOutputDataObject(0).GetNumberOfRows() == 3
assert train.GetOutputDataObject(1).GetPointData().HasArray("von_mises_error")

unseen = reader(sorted(glob.glob(os.path.join(plates, "test", "*.vtu")))[0])
predict = vtkFLAREPredict()
predict.SetInputConnection(unseen.GetOutputPort())
predict.SetModelFile(model)
predict.SetParameterValue("SigmaX", 5e7)
predict.Update()
assert predict.GetOutputDataObject(0).GetPointData().HasArray("von_mises_predicted")
assert predict.GetParameterNames().GetValue(0) == "SigmaX"

spectrum = vtkFLARESpectrum()
spectrum.SetInputConnection(unseen.GetOutputPort())
spectrum.SetModelFile(model)
spectrum.Update()
assert spectrum.GetOutputDataObject(0).GetNumberOfRows() == 2 * 8

evaluate = vtkFLAREEvaluate()
evaluate.SetModelFile(model)
for r in readers:
    evaluate.AddInputConnection(r.GetOutputPort())
evaluate.Update()
assert evaluate.GetOutputDataObject(0).GetNumberOfRows() == 4

ensemble = vtkFLAREEnsembleSpectrum()
ensemble.SetModelFile(model)
for r in readers:
    ensemble.AddInputConnection(r.GetOutputPort())
ensemble.Update()
assert ensemble.GetCasesFound() == "4 cases from inputs"
assert ensemble.GetOutputDataObject(1).GetNumberOfRows() == 4

latents = vtkFLARELatents()
latents.SetModelFile(model)
latents.SetNumberOfCases(2)
for r in readers:
    latents.AddInputConnection(r.GetOutputPort())
latents.Update()
assert latents.GetOutcome() == "2 of 4 cases from inputs looked at", latents.GetOutcome()
assert latents.GetOutputDataObject(0).GetNumberOfRows() == 1

info = vtkFLAREModelInfo()
info.SetModelFile(model)
info.Update()
assert info.GetOutputDataObject(0).GetNumberOfRows() > 30
