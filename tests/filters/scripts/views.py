"""Every view of paraflare.views is made and written as a picture and as a table, and mistakes say what to do."""

from views_script import *

assert not any("libtorch" in line for line in open("/proc/self/maps")), "views need no LibTorch"

model = trained("views.safetensors")
plate = XMLUnstructuredGridReader(FileName=files("test", 1))
plate.UpdatePipeline()
points = plate.GetDataInformation().GetNumberOfPoints()
spectrum = FLARESpectrum(Input=plate, ModelFile=model)

# Charts are lines in SVG, and the columns that they show in CSV.
SetActiveSource(plate)
_, drawing, table = written(views.eigenvalue_chart(spectrum), "chart", fewest=3)
assert GetActiveSource() == plate
assert tags(drawing).count("polyline") + tags(drawing).count("path") > 4 and "text" in tags(drawing), set(tags(drawing))
heads = [f"Block {block} Head {head}" for block in range(2) for head in range(HEADS)]
assert list(rows(table)[0]) == ["Mode", *heads] and len(rows(table)) == LATENTS, rows(table)[0]
assert all(float(rows(table)[0][name]) == 1 for name in heads), rows(table)[0]

one = views.eigenvalue_chart(spectrum, block=1, head=0)
_, drawing, table = written(one, "chart_one", fewest=3)
assert list(rows(table)[0]) == ["Mode", "Block 1 Head 0", "Block 1 Head 1"], rows(table)[0]
thickness = list(one.Representations[0].SeriesLineThickness)
assert dict(zip(thickness[::2], thickness[1::2]))["Block 1 Head 0"] == "4", thickness

# Over the training: the effective rank, and the chart of an epoch.
_, drawing, table = written(views.training_chart(spectrum, block=0), "training", fewest=3)
assert [row["Epoch"] for row in rows(table)] == ["0", "2", "3"], rows(table)
assert list(rows(table)[0])[1:] == heads[:HEADS], rows(table)
ranks = [float(row[name]) for row in rows(table) for name in heads[:HEADS]]
assert 1 <= min(ranks) and max(ranks) <= LATENTS
trend = views.training_chart(spectrum, block=0)
assert not trend.LeftAxisLogScale, "less than a decade"
assert trend.LeftAxisRangeMaximum > max(ranks) + 0.1 * (max(ranks) - min(ranks)), "room for the legend"
assert list(trend.BottomAxisLabels)[::2] == ["0", "1", "2", "3"], trend.BottomAxisLabels
spectrum.Epoch = 0
refused(ValueError, ["no similarities of epoch 0", "Epoch to -1"], views.similarity_map, spectrum, 0)
begin = views.eigenvalue_chart(spectrum)
assert begin.ChartTitle.endswith("after epoch 0") and rows(views.export(begin, fresh("begin.csv"))[0])[0]["Mode"] == "0"
refused(ValueError, ["no modes of epoch 0", "Epoch to -1"], views.modes_on_mesh, spectrum, 0, 0)
for epoch, stored in ((1, 0), (2, 2), (99, 3)):
    spectrum.Epoch = epoch
    assert views.eigenvalue_chart(spectrum).ChartTitle.endswith(f"after epoch {stored}")
    assert f"Heads of the network, after epoch {stored}" in texts(views.head_map(spectrum))
refused(ValueError, ["no modes of epoch 3"], views.modes_on_mesh, spectrum, 0, 0)
spectrum.Epoch = -1

# Another filter beside this one gives modes that it has not got, whatever of it says where they begin.
later = FLARESpectrum(Input=plate, ModelFile=model, Block=1, AllBlocks=1, FirstMode=3)
_, _, table = written(views.modes_on_mesh(later, 0, 1, modes=[1, 2]), "later")
assert [name for name in rows(table)[0] if name.startswith("mode")] == ["mode_b0_h1_1", "mode_b0_h1_2"], rows(table)[0]

ensemble = FLAREEnsembleSpectrum(Input=cases(), ModelFile=model)
band = views.ensemble_chart(ensemble, 1, 1)
_, drawing, table = written(band, "ensemble", fewest=3)
for told in (band.Representations[0].SeriesLineStyle, band.Representations[0].SeriesLabel):
    told = dict(zip(told[::2], told[1::2]))
    assert told["Block 1 Head 1 lower"] != told["Block 1 Head 1 upper"], told
assert "polyline" in tags(drawing) or "path" in tags(drawing)
assert len(rows(table)) == LATENTS
for row in rows(table):
    name = "Block 1 Head 1"
    assert float(row[f"{name} lower"]) <= float(row[name]) <= float(row[f"{name} upper"]), row

# Heat maps.
summary = fetch(spectrum, 2)
for quantity in ("EffectiveRank", "ModesTo999"):
    _, drawing, table = written(views.head_map(spectrum, quantity), quantity)
    column = summary.GetColumnByName(quantity)
    for i, row in enumerate(rows(table)):
        assert (int(row["Block"]), int(row["Head"])) == divmod(i, HEADS), row
        assert abs(float(row[quantity]) - column.GetValue(i)) < 1e-8 * max(1, column.GetValue(i)), row
    assert len(rows(table)) == 2 * HEADS
_, _, table = written(views.similarity_map(spectrum, block=0), "similarity")
found = {(row["Head"], row["OtherHead"]): float(row["Similarity"]) for row in rows(table)}
assert len(found) == HEADS * HEADS and found["0", "0"] > 0.999 and found["0", "1"] == found["1", "0"], found
assert {row["Block"] for row in rows(table)} == {"0"}

# Modes: those that the filter has, and those of another head, which leave the first view as it is.
layout = views.modes_on_mesh(spectrum, 0, 0, [1, 2])
_, drawing, table = written(layout, "modes", fewest=100)
assert "image" in tags(drawing)
assert list(rows(table)[0])[:2] == ["mode_b0_h0_1", "mode_b0_h0_2"] and len(rows(table)) == points
others = views.modes_on_mesh(spectrum, 1, 1, [0, 1, 2, 4])
assert len(GetViewsInLayout(others)) == 4 and (spectrum.Block, spectrum.NumberOfModes) == (-1, 3)
_, _, table = written(others, "others", fewest=100)
assert all(abs(float(row["mode_b1_h1_0"]) - 1) < 1e-6 for row in rows(table)), "mode 0 is the constant"
for view in GetViewsInLayout(others):
    colour_map = view.Representations[0].LookupTable
    assert colour_map.RGBPoints[0] == -colour_map.RGBPoints[-4], "symmetric about zero"
written(layout, "modes", fewest=100)

# Routes: the point that the filter takes is marked, or those that are selected.
routes = FLARERoutes(Input=plate, ModelFile=model, Block=1, Head=0, Position=[0.012, 0.051, 0.0])
view = views.route_on_mesh(routes)
picture, _, table = written(view, "route", fewest=20)
assert list(rows(table)[0])[0] == "route_b1_h0" and len(rows(table)) == points
assert abs(sum(float(row["route_b1_h0"]) for row in rows(table)) - 1) < 1e-5
assert legend(view) == "share of what arrives at the point", legend(view)
marked = list(view.Representations)[-1].Input.Input  # balls at points
marked.UpdatePipeline()
box = marked.GetDataInformation().GetBounds()
distances = [sum((float(row[f"Points:{i}"]) - routes.Position[i]) ** 2 for i in range(3)) for row in rows(table)]
nearest = rows(table)[distances.index(min(distances))]
assert box[0] == box[1] and abs(box[0] - float(nearest["Points:0"])) + abs(box[2] - float(nearest["Points:1"])) < 1e-6
some = IDSelectionSource(IDs=[0, 1, 0, 5, 0, 7], FieldType="POINT")
routes = FLARERoutes(Input=plate, ModelFile=model, Selection=some)
view = views.route_on_mesh(routes)
assert legend(view) == f"share of what arrives, sum over {HEADS} heads", legend(view)
marked = list(view.Representations)[-1].Input.Input
marked.UpdatePipeline()
assert marked.GetDataInformation().GetNumberOfPoints() == 3
routes.Head = 1
assert legend(views.route_on_mesh(routes)) == "share of what arrives at the points"

# Mistakes.
refused(ValueError, ["no block 2", "blocks 0, 1"], views.eigenvalue_chart, spectrum, block=2)
refused(ValueError, ["no head 7", "0, 1"], views.eigenvalue_chart, spectrum, block=0, head=7)
refused(ValueError, ["which block"], views.eigenvalue_chart, spectrum, head=0)
refused(ValueError, ["which block"], views.training_chart, spectrum, head=0)
refused(ValueError, ["no head 2"], views.ensemble_chart, ensemble, 0, 2)
refused(ValueError, ["'Rank'", "EffectiveRank"], views.head_map, spectrum, "Rank")
refused(ValueError, ["which (block=", "blocks 0, 1"], views.similarity_map, spectrum)
few = FLARESpectrum(Input=PointSource(NumberOfPoints=3), ModelFile=model)
made = [name for name, _ in GetSources()]
refused(ValueError, ["no block 5"], views.modes_on_mesh, spectrum, 5, 0)
refused(ValueError, ["no head 5"], views.modes_on_mesh, spectrum, 0, 5)
for modes in ([], [-1], [1.0], "12", None, [True]):
    refused(ValueError, ["whole numbers from 0", repr(modes)], views.modes_on_mesh, spectrum, 0, 0, modes)
refused(ValueError, ["no mode 8", "8 latents", "0 to 7"], views.modes_on_mesh, spectrum, 0, 0, [1, LATENTS])
refused(ValueError, ["no mode 5", "not offered"], views.modes_on_mesh, few, 0, 0, 5)
refused(ValueError, ["block must be a whole number", "'1'"], views.eigenvalue_chart, spectrum, block="1")
refused(ValueError, ["head must be a whole number", "0.5"], views.modes_on_mesh, spectrum, 0, 0.5)
refused(ValueError, ["no block -1"], views.modes_on_mesh, spectrum, -1, 0)
left = [name for name, _ in GetSources() if "FLARESpectrum" in name and name not in made]
assert not left, left  # by what was refused
query = SelectionQuerySource(ElementType="Point Data", QueryString="id < 3")
followed = FLARERoutes(Input=plate, ModelFile=model, Selection=query)
refused(RuntimeError, ["query", "ids", "property Selection"], views.route_on_mesh, followed)
refused(TypeError, ["FLARERoutes"], views.route_on_mesh, spectrum)
refused(TypeError, ["FLAREEnsembleSpectrum"], views.ensemble_chart, spectrum, 0, 0)
spectrum.Block = 1
refused(ValueError, ["no block 0", "property Block"], views.eigenvalue_chart, spectrum, block=0)
spectrum.ModelFile = "nowhere.safetensors"
refused(RuntimeError, ["nowhere.safetensors", "ModelFile"], views.eigenvalue_chart, spectrum)
