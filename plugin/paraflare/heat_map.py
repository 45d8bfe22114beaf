"""Heat maps in a 2D view, which ParaView 5.11 has no chart for: squares with their numbers, and names beside them."""

from dataclasses import dataclass
from math import isnan

from paraview import servermanager, simple

from .drawing import INK, Field, draw_field, lay_out, plain_view

SQUARE = 80  # pixels of a side, where the map is not too wide for that
TITLE, LEGEND = 40, 80  # pixels above and below the map
WIDEST = 0.85  # of a text, in sides of a square
DIGIT = 0.73  # height of one in a text of size 1
DARK = 0.6  # the part of the colours on which light text is read better


@dataclass
class HeatMap:
    """Cells of a port that are squares, and an array of theirs."""

    data: object
    array: str
    title: str
    label: str
    limits: tuple
    format: str  # of a number
    rows: tuple  # the pattern of a row's name, and the array that has its number
    columns: tuple


def draw_heat_map(heat_map):
    """Squares have sides of 1, so that there are few enough to write into each."""
    view = placed_view(heat_map.title, heat_map.data.GetDataInformation().GetBounds())
    draw_field(
        view,
        Field(heat_map.data, heat_map.array, heat_map.title, heat_map.label, heat_map.limits, association="CELLS"),
    )
    squares = servermanager.Fetch(heat_map.data, idx=heat_map.data.Port)
    if squares.GetNumberOfCells():
        write_numbers(view, heat_map, squares, 0.26)
        write_names(view, heat_map, squares, 0.22)
    return view


def placed_view(name, box):
    """A view with room for the names, which stand left of the squares and above them, the title and the legend."""
    left, right, bottom, top = box[0] - 1.2, box[1] + 0.2, box[2], box[3] + 0.5
    square = min(SQUARE, 1600 / (right - left))
    height = round(square * (top - bottom)) + TITLE + LEGEND
    view = lay_out(plain_view(), name, (max(400, round(square * (right - left))), height))
    x, y = (left + right) / 2, (bottom + top) / 2 + (TITLE - LEGEND) / 2 / square
    view.InteractionMode, view.CameraParallelProjection = "2D", 1
    view.CameraFocalPoint, view.CameraPosition, view.CameraViewUp = [x, y, 0], [x, y, 1], [0, 1, 0]
    view.CameraParallelScale = height / 2 / square
    return view


def write_numbers(view, heat_map, squares, size):
    values = squares.GetCellData().GetArray(heat_map.array)
    low, high = heat_map.limits
    for i in range(squares.GetNumberOfCells()):
        value, box = values.GetTuple1(i), squares.GetCell(i).GetBounds()
        dark = not isnan(value) and value - low < DARK * (high - low)
        text = "-" if isnan(value) else heat_map.format % value
        write(view, text, middle(box[0:2]), middle(box[2:4]), size, [1.0, 1.0, 1.0] if dark else INK)


def write_names(view, heat_map, squares, size):
    """Squares beside each other have the number of their row, those below each other that of their column."""
    rows, columns = {}, {}
    for names, (pattern, array), sides in ((rows, heat_map.rows, slice(2, 4)), (columns, heat_map.columns, slice(2))):
        numbers = squares.GetCellData().GetArray(array)
        for i in range(squares.GetNumberOfCells()):
            place = middle(squares.GetCell(i).GetBounds()[sides])
            names[place] = pattern % numbers.GetValue(i)
    left, _, _, top, _, _ = squares.GetBounds()
    for y, name in rows.items():
        write(view, name, left - 0.55, y, size, INK)
    for x, name in columns.items():
        write(view, name, x, top + 0.25, size, INK)


def write(view, text, x, y, height, colour):
    """Text around (x, y) that keeps its place when the view is zoomed."""
    # Not registered as a source: a pipeline with one for each number would be hard to read.
    source = servermanager.sources.a3DText(Text=text)
    source.UpdatePipeline()
    left, right, *_ = source.GetDataInformation().GetBounds()
    size = min(height, WIDEST / (right - left))
    display = simple.Show(source, view, "GeometryRepresentation")
    display.Position = [x - size * (left + right) / 2, y - size * DIGIT / 2, 0.01]
    display.Scale = [size] * 3
    display.AmbientColor = display.DiffuseColor = colour
    display.Ambient, display.Diffuse = 1.0, 0.0


def middle(sides):
    return (sides[0] + sides[1]) / 2
