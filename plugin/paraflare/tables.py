"""What views show, as CSV files."""

import csv

from paraview import servermanager, simple
from vtkmodules.vtkCommonDataModel import vtkCompositeDataSet

from .drawing import array_names
from .drawn import drawn_from


def tables_of(views):
    """For each source of what is shown a port, its arrays by their kind, and the parts of a map."""
    tables = {}
    for view in views:
        for display in view.Representations:
            for kind, name in arrays_shown(view, display):
                port = simple.OutputPort(display.Input, display.Input.Port)
                port.UpdatePipeline(view.ViewTime)
                table = tables.setdefault((port.SMProxy, port.Port), (port, {}, parts_of(view)))
                found = table[1].setdefault(kind, [])
                found += [name] if name not in found else []
    if not tables:
        raise ValueError("The view shows no lines and no array as colours, so there is nothing to write as CSV.")
    return list(tables.values())


def arrays_shown(view, display):
    if not display.Visibility:
        return []
    if view.GetXMLName() == "XYChartView":
        # Read as a list, the property XArrayName is a name; as text, it has quotes.
        return [("ROW", name) for name in [*display.XArrayName, *display.SeriesVisibility]]
    kind, name = display.ColorArrayName if "ColorArrayName" in display.ListProperties() else ("", "")
    return [(str(kind), str(name))] if name and display.MapScalars else []


def parts_of(view):
    drawn = drawn_from(view)
    heat_map = drawn and drawn.seen.get("heat_map")
    return heat_map.parts if heat_map else []


def write_table(table, file):
    port, arrays, parts = table
    columns = columns_of(port, arrays, parts)
    with open(file, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))


def columns_of(port, arrays, parts):
    """The columns of a table, or those of the points or cells of a mesh; where it has several parts, with their
    names."""
    if "CELLS" in arrays and "POINTS" not in arrays and "Head" not in array_names(port, "CELLS"):
        port = servermanager.filters.CellCenters(Input=port)
        arrays = {"POINTS": arrays["CELLS"]}
        port.UpdatePipeline()
    data = servermanager.Fetch(port, idx=port.Port)
    if "ROW" in arrays:
        return columns_from(data.GetRowData(), arrays["ROW"])
    if "POINTS" not in arrays:
        return squares_of(data, arrays["CELLS"], parts)
    meshes = list(leaves(data))
    found = [columns_from(mesh.GetPointData(), arrays["POINTS"]) | places_of(mesh) for _, mesh in meshes]
    columns = {name: [value for one in found for value in one.get(name, [])] for name in found[0]}
    if data.IsA("vtkCompositeDataSet"):
        names = [name for name, mesh in meshes for _ in range(mesh.GetNumberOfPoints())]
        columns = {"Mesh": names} | columns
    return columns


def squares_of(data, arrays, parts):
    """The numbers of a map, with their blocks and heads."""
    cells = data.GetCellData()
    columns = columns_from(cells, ["Block", "Head", "OtherHead", *arrays])
    if not parts:
        return columns
    places = [sum(data.GetCell(i).GetBounds()[2:4]) / 2 for i in range(data.GetNumberOfCells())]
    return {"Mesh": [next(p.name for p in parts if p.bottom < y < p.top) for y in places]} | columns


def columns_from(attributes, chosen):
    """Arrays in the order that they have in the data."""
    columns = {}
    names = [attributes.GetArrayName(i) for i in range(attributes.GetNumberOfArrays())]
    for name in (name for name in names if name in chosen):
        array = attributes.GetArray(name)
        width = array.GetNumberOfComponents()
        rows = [array.GetTuple(i) for i in range(array.GetNumberOfTuples())]
        for part in range(width):
            columns[f"{name}:{part}" if width > 1 else name] = ["%.9g" % row[part] for row in rows]
    return columns


def places_of(mesh):
    points = [mesh.GetPoint(i) for i in range(mesh.GetNumberOfPoints())]
    return {f"Points:{axis}": ["%.9g" % point[axis] for point in points] for axis in range(3)}


def leaves(data):
    """The meshes of composite data that have points, with their names."""
    if not data.IsA("vtkCompositeDataSet"):
        yield "", data
        return
    walk, name = data.NewIterator(), ""
    walk.VisitOnlyLeavesOff()  # a part without a name has that of the collection it is in
    walk.InitTraversal()
    while not walk.IsDoneWithTraversal():
        mesh = walk.GetCurrentDataObject()
        found = walk.GetCurrentMetaData().Get(vtkCompositeDataSet.NAME()) if walk.HasCurrentMetaData() else None
        name = found or name
        if mesh.IsA("vtkDataSet") and mesh.GetNumberOfPoints():
            yield name or f"{walk.GetCurrentFlatIndex()}", mesh
        walk.GoToNextItem()
