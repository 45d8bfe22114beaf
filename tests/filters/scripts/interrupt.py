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
    try:
        train.UpdatePipeline()
    except KeyboardInterrupt:
        print("interrupted")
        sys.exit(0)
    time.sleep(1)  # Python may deliver the exception a little later
    sys.exit("Ctrl-C did not reach the script")

from flare_script import *

model = output("interrupted.safetensors")
command = [shutil.which("pvpython"), __file__, plugin, plates, folder, model]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
    until = time.time() + 100
    while not os.path.exists(model + ".checkpoint") and child.poll() is None and time.time() < until:
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
assert child.returncode == 0 and "interrupted" in said, (child.returncode, said)
assert os.path.exists(model + ".checkpoint") and os.path.exists(model)

info = FLAREModelInfo(ModelFile=model + ".checkpoint")
assert fetch(info).GetNumberOfRows() > 0
