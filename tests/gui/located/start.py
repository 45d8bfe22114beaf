from window_test import *

# A state that names a model file, which then lies elsewhere.
model = shutil.copy(os.environ["FLARE_TEST_MODEL"], os.path.join(folder, "model.safetensors"))
mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=model)
spectrum = FLARESpectrum(registrationName="spectrum", Input=mesh, ModelFile=model, Block=0, Head=0)
ColorBy(Show(predict), ("POINTS", "von_mises_predicted"))
Show(OutputPort(spectrum, 1))
Hide(OutputPort(spectrum, 1))
show(predict)
remember(range=prediction(predict))
SaveState(os.path.join(folder, "state.pvsm"))
os.makedirs(os.path.join(folder, "moved"))
shutil.move(model, os.path.join(folder, "moved", "model.safetensors"))
Delete(predict)
Delete(spectrum)
Delete(mesh)
passed("start")
