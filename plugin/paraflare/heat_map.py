"""Heat maps in a 2D view, which ParaView 5.11 has no chart for: squares with their numbers, and names beside them."""

from dataclasses import dataclass
from math import nextafter

from paraview import servermanager, simple

from .drawing import INK, Field, draw_beside, draw_field, lay_out, plain_view

SQUARE = 80  # pixels of a side, where the map is not too wide for that
TITLE, LEGEND = 40, 80  # pixels above and below the map
NUMBER, NAME = 0.26, 0.17  # heights of texts, in sides of a square
DARK = 0.6  # the part of the colours on which light text is read better
WHITE = [1.0, 1.0, 1.0]
BEYOND = 1e300  # all numbers lie within it, but NaN does not
LABELS = "DataLabelRepresentation"


@dataclass
class Part:
    """The squares of one of several meshes."""

    name: str
    top: float
    bottom: float


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
    box: tuple  # the bounds of the squares
    parts: list  # none where there is one mesh


def draw_heat_map(heat_map):
    """Squares have sides of 1, so that there are few enough to write into each."""
    view, square = placed_view(heat_map)
    field = Field(heat_map.data, heat_map.array, heat_map.title, heat_map.label, heat_map.limits, association="CELLS")
    display = draw_field(view, field)
    simple.GetScalarBar(display.LookupTable, view).Position = [0.15, 14 / view.ViewSize[1]]
    # Labels, so that the numbers follow the squares, and there are as few sources for many squares as for one.
    centres = filtered("CellCenters", Input=heat_map.data, VertexCells=1)
    write_numbers(view, heat_map, centres, square)
    write_names(view, heat_map, centres, square)
    for part in heat_map.parts:
        write_part(view, part, heat_map.box[0] - 1.25)
    return view


def placed_view(heat_map):
    """A view with room for the names, which stand left of the squares and above them, the title and the legend; and
    the pixels of a square's side."""
    left, right, bottom, top, *_ = heat_map.box
    left, right, top = left - (1.5 if heat_map.parts else 1.2), right + 0.2, top + 0.5
    square = min(SQUARE, 1600 / (right - left))
    height = round(square * (top - bottom)) + TITLE + LEGEND
    view = lay_out(plain_view(), heat_map.title, (max(400, round(square * (right - left))), height))
    x, y = (left + right) / 2, (bottom + top) / 2 + (TITLE - LEGEND) / 2 / square
    view.InteractionMode, view.CameraParallelProjection = "2D", 1
    view.CameraFocalPoint, view.CameraPosition, view.CameraViewUp = [x, y, 0], [x, y, 1], [0, 1, 0]
    view.CameraParallelScale = height / 2 / square
    return view, square


def write_numbers(view, heat_map, centres, square):
    """Light on dark squares, dark on light ones. Where there is no number (NaN), a dash."""
    low, high = heat_map.limits
    middle = low + DARK * (high - low)
    for colour, limits in ((WHITE, (-BEYOND, middle)), (INK, (nextafter(middle, BEYOND), BEYOND))):
        squares = those(centres, heat_map.array, *limits)
        write(view, squares, heat_map.array, heat_map.format, NUMBER, square, colour)
    no_numbers = those(centres, heat_map.array, -BEYOND, BEYOND, Invert=1)
    write(view, no_numbers, heat_map.array, "-", NUMBER, square, INK)


def write_names(view, heat_map, centres, square):
    """Squares beside each other have the number of their row, those below each other that of their column."""
    left, _, _, top, *_ = heat_map.box
    for (pattern, array), axis, limits, shift in (
        (heat_map.rows, "X", (-BEYOND, left + 1), (-1.05, 0.0)),
        (heat_map.columns, "Y", (top - 1, BEYOND), (0.0, 0.75)),
    ):
        places = filtered("Calculator", Input=centres, ResultArrayName="place", Function=f"coords{axis}")
        write(view, moved(those(places, "place", *limits), *shift), array, pattern, NAME, square, INK)


def write(view, points, array, pattern, height, square, colour):
    """The values of an array at its points. Labels do not grow with a picture: exporting.py sees to that."""
    label = servermanager.rendering.DataLabelRepresentation(Input=moved(points, 0.0, -0.5 * height))
    label.PointLabelVisibility, label.PointFieldDataArrayName, label.PointLabelFormat = 1, array, pattern
    label.PointLabelFontSize = max(6, round(1.35 * height * square))
    label.PointLabelColor, label.PointLabelJustification = colour, "Center"
    label.PointLabelBold = label.PointLabelItalic = label.PointLabelShadow = 0
    label.MaximumNumberOfLabels = 2**31 - 1
    view.Representations = [*view.Representations, label]


def write_part(view, part, x):
    """A name along the rows of a mesh, which keeps its place when the view is zoomed."""
    source = servermanager.sources.a3DText(Text=part.name)
    source.UpdatePipeline()
    left, right, *_ = source.GetDataInformation().GetBounds()
    size = min(NAME, 0.95 * (part.top - part.bottom) / (right - left))
    display = draw_beside(view, source, INK)
    display.Orientation, display.Scale = [0, 0, 90], [size] * 3
    display.Position = [x, (part.top + part.bottom) / 2 - size * (left + right) / 2, 0.01]


def filtered(name, **properties):
    """A filter that is no part of the pipeline (draw_beside)."""
    return getattr(servermanager.filters, name)(**properties)


def those(points, array, low, high, **more):
    limits = dict(ThresholdMethod="Between", LowerThreshold=low, UpperThreshold=high)
    return filtered("Threshold", Input=points, Scalars=["POINTS", array], **limits, **more)


def moved(points, x, y):
    return filtered("Calculator", Input=points, CoordinateResults=1, Function=f"coords + ({x}*iHat) + ({y}*jHat)")
