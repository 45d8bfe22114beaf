"""A client and a server: the filters run in pvserver."""

import re
import shutil
import subprocess

from flare_script import *
from paraview.simple import *

server = subprocess.Popen([shutil.which("pvserver"), "--server-port=0"], stdout=subprocess.PIPE, text=True)
try:
    port = None
    for line in server.stdout:
        found = re.search(r"cs://[^:]*:(\d+)", line)
        if found:
            port = int(found.group(1))
        if "Accepting connection" in line:
            break
    Connect("localhost", port)
    LoadPlugin(plugin, remote=True, ns=globals())
    LoadPlugin(plugin, remote=False, ns=globals())
    model = output("client.safetensors")
    train = FLARETrain(Input=cases(), PointTargetArrays=["von_mises"], ModelFile=model, **TINY)
    train.UpdatePipeline()
    assert os.path.exists(model)
    predict = FLAREPredict(Input=XMLUnstructuredGridReader(FileName=files("test", 1)), ModelFile=model)
    predict.UpdatePipeline()
    assert "von_mises_predicted" in predict.PointData.keys()
    assert fetch(train).GetNumberOfRows() == 3
    Disconnect()
finally:
    server.terminate()
    server.wait()
