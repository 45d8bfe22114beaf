from window_test import *

# A small network that learns within seconds, and more epochs than the test lasts.
train = GetActiveSource()
assert train.GetXMLName() == "FLARETrain"
train.PointTargetArrays = ["displacement", "von_mises"]
train.ParameterArrays = ["SigmaX", "YoungsModulus"]
train.ModelFile = os.path.join(folder, "model.safetensors")
train.Epochs = 5000
train.Channels, train.Blocks, train.Heads, train.Latents = 16, 1, 2, 8
passed("check_choice")
