from layouts_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
model = os.path.join(os.path.dirname(os.environ["FLARE_TEST_MODEL"]), "blocks.safetensors")
predict = FLAREPredict(registrationName="predict", Input=mesh, ModelFile=model)
show(predict)
os.makedirs(os.path.join(folder, "exported"), exist_ok=True)
remember(before=state())
passed("start")
