"""Views of bodies, of meshes that are flat, of data with several parts, and of many heads."""

import shutil
import time

from views_script import *

model = trained("views_meshes.safetensors")


def spectrum_of(mesh, **more):
    return FLARESpectrum(Input=mesh, ModelFile=model, **more)


def ink(file, share):
    """Whether there is anything on the edges of a picture, in a part of its height."""
    image = picture(file)
    width, height, _ = image.GetDimensions()
    edge = [(x, y) for x in (0, width - 1) for y in range(height)]
    edge += [(x, y) for x in range(width) for y in (0, height - 1)]
    band = [(x, y) for x in range(width) for y in range(int(share[0] * height), int(share[1] * height))]
    return [sum(pixel(image, *place) != (255, 255, 255) for place in places) / len(places) for places in (edge, band)]


# A mesh is within its picture; a flat one is seen along its normal, with the colours of the legend.
sides = dict(
    box=Box(XLength=1, YLength=2, ZLength=3), xy=Plane(), xz=Plane(Point1=[0.5, -0.5, 0], Point2=[-0.5, -0.5, 1]),
    yz=Plane(Origin=[0, 0, 0], Point1=[0, 3, 0], Point2=[0, 0, 1]), line=Line(Point1=[0, 0, 0], Point2=[0, 0, 1]),
)
for name, mesh in sides.items():
    layout = views.modes_on_mesh(spectrum_of(mesh), 0, 0, 0)
    file = views.export(layout, fresh(f"{name}.png"), scale=1)[0]
    edge, below = ink(file, (0.0, 0.13))
    assert edge == 0 and ink(file, (0.3, 0.7))[1] > 0.003, (name, edge)
    assert below < 0.2, (name, "the legend is on white")
    if name != "line":
        image, least = picture(file), 1.0 if name in ("xy", "xz", "yz") else 0.8  # of the light, on a side of a body
        middle = pixel(image, 200, 255)
        red = (180, 4, 38)  # the end of the colours, as mode 0 is 1 everywhere
        assert all(least * full - 2 <= found <= full + 2 for found, full in zip(middle, red)), (name, middle)
    (view,) = GetViewsInLayout(layout)
    seen = [abs(p - f) for p, f in zip(view.CameraPosition, view.CameraFocalPoint)]
    if name in ("xy", "xz", "yz"):
        normal = {"xy": 2, "xz": 1, "yz": 0}[name]
        assert all((value > 1e-9) == (i == normal) for i, value in enumerate(seen)), (name, seen)

# A point in a body is marked where it is, whatever is in front of it.
wave = Tetrahedralize(Input=PointDatatoCellData(Input=Wavelet(WholeExtent=[-3, 3, -4, 4, -2, 2])))
solid = fresh("solid.safetensors")
FLARETrain(
    Input=[wave, Transform(Input=wave)], CellTargetArrays=["RTData"], ModelFile=solid, **settings
).UpdatePipeline()
_, _, table = written(views.modes_on_mesh(FLARESpectrum(Input=wave, ModelFile=solid), 0, 1, 1), "body", fewest=50)
wave.UpdatePipeline()
cells = wave.GetDataInformation().GetNumberOfCells()
assert list(rows(table)[0]) == ["mode_b0_h1_1", "Points:0", "Points:1", "Points:2"] and len(rows(table)) == cells
for place in ([3, 4, 2], [0, 0, 0]):
    view = views.route_on_mesh(FLARERoutes(Input=wave, ModelFile=solid, Position=place))
    file, _, table = written(view, "body_route", fewest=50)
    assert abs(sum(float(row["route_b0"]) for row in rows(table)) - HEADS) < 1e-5
    orange = [colour for colour in colours(file, most=400) if colour[0] > 200 and colour[2] < 20 and colour[1] < 130]
    assert orange, place

# Parts of data that stay apart are told apart, in pictures and in tables.
plates = [XMLUnstructuredGridReader(registrationName=f"plate {i}", FileName=files("test", 2)[i]) for i in range(2)]
parts = GroupDatasets(Input=plates)
parts.BlockNames = ["left", "right"]
spectrum = spectrum_of(parts, MergeBlocks=0)
chart = views.eigenvalue_chart(spectrum, block=0)
labels = list(chart.Representations[0].SeriesLabel)[1::2]
assert set(labels) >= {f"Head {head}, {part}" for head in range(HEADS) for part in ("left", "right")}, labels
view = views.head_map(spectrum)
assert {"left", "right"} <= set(texts(view)), texts(view)
_, _, table = written(view, "parts")
found = [(row["Mesh"], row["Block"], row["Head"]) for row in rows(table)]
assert found == [(part, str(b), str(h)) for part in ("left", "right") for b in range(2) for h in range(HEADS)], found
view = views.similarity_map(spectrum, 1)
assert {"left", "right"} <= set(texts(view)), texts(view)
_, _, table = written(view, "similar_parts")
assert [row["Mesh"] for row in rows(table)] == ["left"] * HEADS**2 + ["right"] * HEADS**2
counts = [plate.GetDataInformation().GetNumberOfPoints() for plate in plates]
_, _, table = written(views.modes_on_mesh(spectrum, 0, 0, 1), "parts_modes", fewest=50)
assert [row["Mesh"] for row in rows(table)] == ["left"] * counts[0] + ["right"] * counts[1]

# A map of many heads is drawn as quickly as one of few, and as often as wanted.
many = fresh("many.safetensors")
FLARETrain(
    Input=cases(), PointTargetArrays=["von_mises"], ModelFile=many,
    **dict(settings, Channels=32, Blocks=8, Heads=16, Latents=2, Epochs=1),
).UpdatePipeline()
spectrum = FLARESpectrum(Input=plates[0], ModelFile=many)
spectrum.UpdatePipeline()
sources, times = len(GetSources()), []
for _ in range(3):
    before = time.monotonic()
    view = views.head_map(spectrum)
    times.append(time.monotonic() - before)
assert max(times) < 20, times
assert len(view.Representations) < 10 and len(GetSources()) <= sources + 3, (len(view.Representations), GetSources())
written(view, "many", fewest=20)

# The numbers in squares follow what is shown.
followed = spectrum_of(plates[0])
few = views.head_map(followed, "ModesTo999")
labels = [one for one in few.Representations if one.GetXMLName() == "DataLabelRepresentation"]
counts = {}
for one in labels:
    one.Input.UpdatePipeline()
    number = one.Input.GetDataInformation().GetNumberOfPoints()
    counts[one.PointLabelFormat] = counts.get(one.PointLabelFormat, 0) + number
assert counts == {"%d": 2 * HEADS, "-": 0, "block %d": 2, "head %d": HEADS}, counts
plates[0].FileName = files("test", 2)[1:]
Render(few)
written_now = set()
for one in labels:
    if one.PointLabelFormat == "%d":
        array = servermanager.Fetch(one.Input).GetPointData().GetArray("ModesTo999")
        written_now |= {array.GetValue(i) for i in range(array.GetNumberOfTuples())} if array else set()
ranks = fetch(followed, 2).GetColumnByName("ModesTo999")
assert written_now == {ranks.GetValue(i) for i in range(2 * HEADS)}, written_now

# Modes of a head are computed beside the filter, once for all calls; with the settings that the filter has now.
def spectra():
    return [source for (name, _), source in GetSources().items() if "FLARESpectrum" in name]


spectrum = spectrum_of(plates[1])
before = spectra()
for asked in ([4, 5], [3], [6, 5]):
    views.modes_on_mesh(spectrum, 1, 1, asked)
(beside,) = [one for one in spectra() if one not in before]
assert (beside.Block, beside.Head, beside.NumberOfModes) == (1, 1, 7)
views.modes_on_mesh(spectrum, 0, 1, 4)
assert len(spectra()) == len(before) + 2
spectrum.ModelFile = fresh("views_meshes_copy.safetensors")
shutil.copy(model, spectrum.ModelFile)
views.modes_on_mesh(spectrum, 1, 1, 4)
assert beside.ModelFile == spectrum.ModelFile and len(spectra()) == len(before) + 2
