"""What the scripts here share: arguments PLUGIN PLATES FOLDER, the plugin loaded, a tiny network."""

import glob
import os
import sys

from paraview import servermanager
from paraview.simple import LoadPlugin, XMLUnstructuredGridReader

plugin, plates, folder = sys.argv[1:4]
LoadPlugin(plugin, ns=globals())

# Trains in about a second.
TINY = dict(Epochs=3, Channels=16, Blocks=1, Heads=2, Latents=8, Device="CPU", Seed=1)


def files(part, count):
    return sorted(glob.glob(os.path.join(plates, part, "*.vtu")))[:count]


def cases(part="train", count=6):
    return XMLUnstructuredGridReader(FileName=files(part, count))


def fresh(name):
    """A file in the test's folder that is not there yet."""
    path = os.path.join(folder, name)
    for old in (path, path + ".checkpoint"):
        if os.path.exists(old):
            os.remove(old)
    return path


def columns(table):
    return [table.GetColumnName(i) for i in range(table.GetNumberOfColumns())]


def fetch(proxy, port=0):
    proxy.UpdatePipeline()
    return servermanager.Fetch(proxy, idx=port)


class Errors:
    """Collects the errors of a proxy's filter."""

    def __init__(self, proxy):
        self.texts = []
        proxy.GetClientSideObject().AddObserver("ErrorEvent", self)

    def __call__(self, *_):
        self.texts.append("an error")

    def __bool__(self):
        return bool(self.texts)
