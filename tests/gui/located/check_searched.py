from window_test import *

found = os.path.join(folder, "moved", "model.safetensors")
predict, spectrum = FindSource("predict"), FindSource("spectrum")
assert predict.ModelFile == found and spectrum.ModelFile == found, (predict.ModelFile, spectrum.ModelFile)
Render()
assert prediction(predict) == remembered()["range"]
passed("check_searched")
