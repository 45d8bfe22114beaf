from window_test import *

train = GetActiveSource()
wait_for_state(train, "training")


def coloured():
    shown = GetDisplayProperties(OutputPort(train, 1))
    return shown.Visibility and shown.ColorArrayName[1] == "displacement_predicted"


wait_until(coloured)
wait_until(lambda: len(told(train, "TrainingHistory")) > 0)
let_run(1.0)
assert "von_mises_predicted" in OutputPort(train, 1).PointData.keys()
assert told(train, "ModelFileInUse") == os.path.join(folder, "cases", "plate_000.vtu.flare.safetensors")
screenshot("predicted")
passed("check_predicted")
