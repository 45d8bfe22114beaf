from window_test import *

# A training whose model file nobody named, in a state beside which the model is missing.
cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
train = small_training(cases, epochs=3, ModelFile="")
wait_for_state(train, "completed")
Render()
remember(range=range_now(train, "von_mises_predicted", port=1))
SaveState(os.path.join(folder, "state.pvsm"))
os.makedirs(os.path.join(folder, "moved"))
shutil.move(told(train, "ModelFileInUse"), os.path.join(folder, "moved", "model.safetensors"))
Delete(train)
Delete(cases)
passed("start")
