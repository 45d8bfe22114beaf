"""A client and a server: the filters run in pvserver."""

import shutil
import socket
import subprocess

from flare_script import *
from paraview.simple import *

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = subprocess.Popen([shutil.which("pvserver"), f"--server-port={port}"], stdout=subprocess.PIPE, text=True)
try:
    for line in server.stdout:
        if "Accepting connection" in line:
            break
    Connect("127.0.0.1", port)
    LoadPlugin(plugin, remote=True, ns=globals())
    LoadPlugin(plugin, remote=False, ns=globals())
    model = fresh("client.safetensors")
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
