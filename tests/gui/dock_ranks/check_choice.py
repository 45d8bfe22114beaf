from window_test import *

train = GetActiveSource()
train.PointTargetArrays = ["von_mises"]
train.ParameterArrays = ["SigmaX"]
train.ModelFile = os.path.join(folder, "model.safetensors")
train.Epochs = 1000000
train.Channels, train.Blocks, train.Heads, train.Latents = 16, 1, 2, 8
passed("check_choice")
