from window_test import *

mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
show(mesh)
SaveState(os.path.join(folder, "other.pvsm"))
Delete(mesh)
cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
train = small_training(cases)
remember(checkpoint=wait_for_checkpoint(train))
SaveState(os.path.join(folder, "training.pvsm"))
passed("start")
