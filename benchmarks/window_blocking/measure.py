"""Runs in ParaView's window (measure.sh): a training goes on behind it, with the dock open and the held-out case shown."""

import ctypes
import os
import time
from glob import glob

from paraview.simple import *

SECONDS = float(os.environ.get("SECONDS_WATCHED", "60"))
# The interpreter is kept while the window works, as it is for macros.
qt = ctypes.PyDLL("libQt5Core.so.5")
process_events = getattr(qt, "_ZN16QCoreApplication13processEventsE6QFlagsIN10QEventLoop17ProcessEventsFlagEEi")
watch = ctypes.PyDLL(os.environ["LOOP_WATCH"])


def told(filter, name):
    filter.SMProxy.UpdatePropertyInformation(filter.SMProxy.GetProperty(name))
    return filter.GetPropertyValue(name)


def wait_until(condition):
    end = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < end
        process_events(0, 50)
        time.sleep(0.01)


cases = XMLUnstructuredGridReader(registrationName="plates", FileName=sorted(glob(os.environ["CASES"])))
train = FLARETrain(
    Input=cases,
    PointTargetArrays=["displacement", "von_mises"],
    ParameterArrays=["SigmaX", "YoungsModulus", "PoissonsRatio"],
    ModelFile=os.path.join(os.environ["HOME"], "model.safetensors"),
)
# What applying the panel does.
train.SMProxy.GetProperty("Background").SetElement(0, 1)
train.SMProxy.UpdateProperty("Background")
SetActiveSource(train)
display = Show(OutputPort(train, 1))
ResetCamera()
Render()
wait_until(lambda: told(train, "TrainingState") not in ("idle", "reading", "checking"))
train.SMProxy.InvokeCommand("StartTraining")  # one component of the displacement is constant
wait_until(lambda: len(told(train, "TrainingHistory") or []) >= 3)
ColorBy(display, ("POINTS", "von_mises_predicted"))
assert told(train, "TrainingState") == "training"
print(f"{len(cases.FileName)} cases, recipe {train.Recipe}, on {told(train, 'DeviceInUse')}", flush=True)
watch.watchTheLoop(ctypes.c_double(SECONDS))
