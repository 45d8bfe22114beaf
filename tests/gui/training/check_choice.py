from window_test import *

# A small network and more epochs than anyone waits for.
train = GetActiveSource()
assert train.GetXMLName() == "FLARETrain"
train.PointTargetArrays = ["displacement", "von_mises"]
train.ParameterArrays = ["SigmaX", "YoungsModulus"]
train.ModelFile = os.path.join(folder, "model.safetensors")
train.Epochs = 1000000
train.Channels, train.Blocks, train.Heads, train.Latents = 16, 1, 2, 8
passed("check_choice")
