from window_test import *

found = os.path.join(folder, "moved", "model.safetensors")
predict, spectrum = FindSource("predict"), FindSource("spectrum")
assert predict.ModelFile == found and spectrum.ModelFile == found, (predict.ModelFile, spectrum.ModelFile)
Render()
assert prediction(predict) == remembered()["range"]
assert "mode_b0_h0_1" in OutputPort(spectrum, 1).PointData.keys()
screenshot("located")
for source in (predict, spectrum, FindSource("mesh")):
    Delete(source)
passed("check_located")
