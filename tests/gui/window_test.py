"""What start.py and the macros of a test share."""

import ctypes
import json
import os
import shutil
import subprocess
import time

from paraview import servermanager
from paraview.simple import *

folder = os.environ["FLARE_TEST_FOLDER"]


def passed(name):
    """To be called at a script's end."""
    with open(os.path.join(folder, "passed"), "a") as log:
        log.write(name + "\n")


def remember(**values):
    """Keeps values for macros that run later."""
    known = {**remembered(), **values}
    with open(os.path.join(folder, "remembered.json"), "w") as file:
        json.dump(known, file)


def remembered():
    path = os.path.join(folder, "remembered.json")
    return json.load(open(path)) if os.path.exists(path) else {}


def screenshot(name):
    """The whole window, kept in the build folder for people to look at."""
    let_run(0.3)
    subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], check=False)


def given(filter):
    """A filter's ParameterValues as a dictionary."""
    values = list(filter.ParameterValues)
    return dict(zip(values[::2], values[1::2]))


def range_now(filter, array, port=0):
    """The range of a point array as it is, without running the filter, which Python's own accessors do."""
    data = filter.SMProxy.GetDataInformation(port).GetPointDataInformation()
    found = [0.0, 0.0]
    data.GetArrayInformation(array).GetComponentRange(0, found)
    return found


def second_eigenvalues(spectrum):
    """The range over the heads of a FLARESpectrum, as it is."""
    rows = spectrum.SMProxy.GetDataInformation(2).GetRowDataInformation()
    found = [0.0, 0.0]
    rows.GetArrayInformation("SecondEigenvalue").GetComponentRange(0, found)
    return found


def prediction(filter):
    """The range of the predicted field, as it is."""
    return range_now(filter, "von_mises_predicted")


def told(filter, name):
    """An information property, asked anew."""
    filter.SMProxy.UpdatePropertyInformation(filter.SMProxy.GetProperty(name))
    return filter.GetPropertyValue(name)


def let_run(seconds):
    """The window works on what waits: events, timers, and ParaView's live sources."""
    qt = ctypes.PyDLL("libQt5Core.so.5")  # which keeps the interpreter: filters may run Python
    process = getattr(qt, "_ZN16QCoreApplication13processEventsE6QFlagsIN10QEventLoop17ProcessEventsFlagEEi")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        process(0, 50)
        time.sleep(0.01)


def settle(patience=120.0):
    """Lets the window run until it has had nothing to do for a while."""
    end, idle = time.monotonic() + patience, 0
    while idle < 5:
        begin = time.monotonic()
        assert begin < end, "the window did not come to rest"
        let_run(0.05)
        idle = idle + 1 if time.monotonic() - begin < 0.2 else 0


def wait_until(condition, patience=120.0):
    """Lets the window run until something is so. The patience is for slow machines; it fails when it is over."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        let_run(0.1)


def wait_for_state(train, *states):
    """Until a training is in one of the states, and the dock, which looks twice a second, has seen it."""
    wait_until(lambda: told(train, "TrainingState") in states)
    let_run(1.0)


def own_cases(count):
    """Copies of the first plates in the test's folder, where a model file can lie beside them."""
    plates = os.path.join(os.path.dirname(os.environ["FLARE_TEST_MESH"]), "../train")
    cases = os.path.join(folder, "cases")
    os.makedirs(cases, exist_ok=True)
    return [shutil.copy(os.path.join(plates, name), cases) for name in sorted(os.listdir(plates))[:count]]


def small_training(input, epochs=1000000, ModelFile=os.path.join(folder, "model.safetensors"), **settings):
    """A small network that is trained behind the window, by default for more epochs than anyone waits for."""
    train = FLARETrain(
        registrationName="train",
        Input=input,
        PointTargetArrays=["von_mises"],
        ParameterArrays=["SigmaX", "YoungsModulus"],
        ModelFile=ModelFile,
        Epochs=epochs,
        **dict(Channels=16, Blocks=1, Heads=2, Latents=8, CheckpointInterval=0.2, **settings),
    )
    # What applying the panel does.
    train.SMProxy.GetProperty("Background").SetElement(0, 1)
    train.SMProxy.UpdateProperty("Background")
    show(OutputPort(train, 1))
    SetActiveSource(train)
    wait_until(lambda: told(train, "TrainingState") not in ("idle", "reading", "checking"))
    train.SMProxy.InvokeCommand("StartTraining")  # in spite of warnings about a few small cases
    return train


def wait_for_checkpoint(train):
    path = told(train, "ModelFileInUse") + ".checkpoint"
    wait_until(lambda: os.path.exists(path))
    return path


def case_of(data):
    """The parameter SigmaX of a case, which differs between all of the plates."""
    return data.GetFieldDataInformation()["SigmaX"].GetRange()[0]


def show(source):
    """In the view, whole, and chosen in the pipeline browser."""
    Show(source)
    SetActiveSource(source)
    ResetCamera()
    Render()


def tensors(path):
    """The names in a safetensors file, whose header is read as its format says."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__")
    assert os.path.getsize(path) == 8 + length + max(tensor["data_offsets"][1] for tensor in header.values())
    return set(header)
