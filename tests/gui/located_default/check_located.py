from window_test import *

train = FindSource("train")
assert train.ModelFile == os.path.join(folder, "moved", "model.safetensors"), train.ModelFile
Render()
assert train.Outcome.startswith("read from"), train.Outcome
assert range_now(train, "von_mises_predicted", port=1) == remembered()["range"]
screenshot("located")
passed("check_located")
