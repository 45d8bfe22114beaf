"""What start.py and the macros of a test share."""

import json
import os
import subprocess

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
    subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], check=False)


def given(filter):
    """A filter's ParameterValues as a dictionary."""
    values = list(filter.ParameterValues)
    return dict(zip(values[::2], values[1::2]))


def prediction(filter):
    """The range of the predicted field, without running the filter."""
    return list(filter.GetPointDataInformation()["von_mises_predicted"].GetRange())


def told(filter, name):
    """An information property, asked anew."""
    filter.SMProxy.UpdatePropertyInformation(filter.SMProxy.GetProperty(name))
    return filter.GetPropertyValue(name)
