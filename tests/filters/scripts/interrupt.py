"""Ctrl-C in pvpython leaves a checkpoint, from which training resumes."""

import shutil
import signal
import subprocess
import sys
import time

if len(sys.argv) > 4:  # the script that is interrupted
    from flare_script import *
    from paraview.simple import *

    train = FLARETrain(Input=cases(), PointTargetArrays=["von_mises"], ModelFile=sys.argv[4], CheckpointInterval=0,
                       **dict(TINY, Epochs=1000000))
    train.UpdatePipeline()
    print("went on")

from flare_script import *

model = fresh("interrupted.safetensors")
command = [shutil.which("pvpython"), __file__, plugin, plates, folder, model]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
    until = time.time() + 100
    while not os.path.exists(model + ".checkpoint") and child.poll() is None and time.time() < until:
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
# pvpython leaves the signal's default effect in place: it ends, after the filter has saved what it has.
assert child.returncode == -signal.SIGINT and "went on" not in said, (child.returncode, said)
assert os.path.exists(model + ".checkpoint") and os.path.exists(model)

info = FLAREModelInfo(ModelFile=model + ".checkpoint")
assert fetch(info).GetNumberOfRows() > 0
