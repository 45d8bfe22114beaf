"""Runs in ParaView's window (measure.sh): the value of one parameter changes, and the picture follows.

Per update it does what the slider does: the property goes to the server, and the view is rendered, which runs the
filter. The filter's own time is that of the same change without a view, and the
picture's that of a view in which nothing has changed.
"""

import os
import time
from statistics import median

from paraview.simple import *

UPDATES = 30
VALUES = {"SigmaX": 1e8, "YoungsModulus": 1e11, "PoissonsRatio": 0.3}


def pairs(sigma):
    return [text for name, value in {**VALUES, "SigmaX": sigma}.items() for text in (name, repr(value))]


def milliseconds(update, predict=None):
    """Median time of an update, after a new value of the parameter where there is a filter to change."""
    times = []
    for i in range(UPDATES):
        start = time.perf_counter()
        if predict:
            predict.ParameterValues = pairs(1e8 + 1e5 * (i + 1))
        update()
        times.append(1e3 * (time.perf_counter() - start))
    return median(times)


def measure(side):
    corner = [0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.1, 0.0]
    mesh = Plane(Origin=corner[0], Point1=corner[1], Point2=corner[2], XResolution=side - 1, YResolution=side - 1)
    predict = FLAREPredict(Input=mesh, ModelFile=os.environ["FLARE_MODEL"], ParameterValues=pairs(1e8), Device="CPU")
    predict.UpdatePipeline()
    filter_alone = milliseconds(predict.UpdatePipeline, predict)
    display = Show(predict)
    ColorBy(display, ("POINTS", "von_mises_predicted"))
    SetActiveSource(predict)
    ResetCamera()
    predict.ParameterValues = pairs(1e8)
    Render()
    first = predict.GetPointDataInformation()["von_mises_predicted"].GetRange()
    whole = milliseconds(Render, predict)
    assert predict.GetPointDataInformation()["von_mises_predicted"].GetRange() != first
    picture = milliseconds(Render)
    Delete(predict)
    return filter_alone, picture, whole


print(f"{'points':>8}  {'filter, ms':>10}  {'picture, ms':>11}  {'update, ms':>10}  {'updates/s':>9}")
for side in (32, 100):
    filter_alone, picture, whole = measure(side)
    print(f"{side * side:8}  {filter_alone:10.2f}  {picture:11.2f}  {whole:10.2f}  {1e3 / whole:9.1f}", flush=True)
