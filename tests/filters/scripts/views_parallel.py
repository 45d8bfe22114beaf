"""On several ranks, of which one holds the mesh, views are drawn as on one."""

import csv

from flare_script import *
from paraview.simple import *

from paraflare import views

model = fresh("views_parallel.safetensors")
FLARETrain(Input=cases(), PointTargetArrays=["von_mises"], ModelFile=model, SpectraEvery=1, **TINY).UpdatePipeline()
plate = XMLUnstructuredGridReader(FileName=files("test", 1))
spectrum = FLARESpectrum(Input=plate, ModelFile=model, CompareHeads=1)
routes = FLARERoutes(Input=plate, ModelFile=model, Block=0, Head=1, Position=[0.012, 0.051, 0.0])
made = {
    "chart": views.eigenvalue_chart(spectrum),
    "training": views.training_chart(spectrum),
    "heads": views.head_map(spectrum),
    "modes": views.modes_on_mesh(spectrum, 0, 1, modes=[1]),
    "route": views.route_on_mesh(routes),
}
for name, view in made.items():
    for file in views.export(view, fresh(name), scale=1):
        assert os.path.getsize(file) > 50, file
route = list(csv.DictReader(open(os.path.join(folder, "route.csv"))))
assert len(route) == plate.GetDataInformation().GetNumberOfPoints()
assert abs(sum(float(row["route_b0_h1"]) for row in route) - 1) < 1e-5
