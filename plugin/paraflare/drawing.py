"""How paraflare.views and scripts/demo_pictures.py draw: fields on meshes side by side on white, and charts."""

from dataclasses import dataclass
from math import floor, log10

from paraview import servermanager, simple

from .camera import is_flat, place_camera
from .drawn import require_display

PANEL = (400, 480)  # pixels of a panel on the display; saved pictures are twice as large
TEXT = 15  # font size in a panel
CHART = (800, 500)
CHART_TEXT = 15
INK = [0.1, 0.1, 0.1]
BODY = 0.75, 0.25  # of the light on a body: from everywhere, from the camera
SEQUENTIAL = "Viridis (matplotlib)"
DIVERGING = "Cool to Warm"
# Colours of lines, from dark to light, so that they are told apart in grey, too.
LINES = [(0.27, 0.00, 0.33), (0.19, 0.41, 0.56), (0.21, 0.72, 0.47), (0.85, 0.75, 0.10)]


@dataclass
class Field:
    """An array of what comes from a port, and how its values become colours."""

    data: object
    array: str
    title: str  # above the picture
    label: str  # of the colours
    limits: tuple  # values at the two ends of the colours
    colours: str = SEQUENTIAL
    association: str = "POINTS"


@dataclass
class Line:
    """A column of a table as a line of a chart."""

    column: str
    label: str  # in the legend, where it is not empty
    colour: tuple
    thickness: int = 2
    style: int = 1  # of vtkPen: 1 solid, 2 dashed


def draw_panels(name, fields, rows=1):
    """A layout with a view for each field, and one camera for all."""
    require_display()
    columns = -(-len(fields) // rows)
    layout = simple.CreateLayout(name)
    boxes = [bounds(field.data) for field in fields]
    box = [pick(sides) for pick, sides in zip((min, max) * 3, zip(*boxes))]
    views = []
    for cell, field in zip(grid_cells(layout, rows, columns), fields):
        view = plain_view()
        simple.AssignViewToLayout(view=view, layout=layout, hint=cell)
        draw_field(view, field)
        place_camera(view, box)
        views.append(view)
    for view in views[1:]:
        simple.AddCameraLink(views[0], view, f"{name} {layout.GetGlobalIDAsString()} {view.GetGlobalIDAsString()}")
    layout.SetSize(columns * PANEL[0], rows * PANEL[1])
    return layout


def lay_out(view, name, size):
    """Puts a view into a layout of its own: ParaView's window draws no others."""
    layout = simple.CreateLayout(name)
    simple.AssignViewToLayout(view=view, layout=layout, hint=0)
    layout.SetSize(*size)
    return view


def grid_cells(layout, rows, columns):
    """Splits a layout; the cells come back row by row."""

    def split(cell, count, splitter):
        cells = []
        for left in range(count, 1, -1):
            cell = splitter(cell, 1.0 / left)
            cells.append(cell)
            cell += 1
        return cells + [cell]

    return [
        cell
        for row in split(0, rows, layout.SplitVertical)
        for cell in split(row, columns, layout.SplitHorizontal)
    ]


def plain_view():
    view = simple.CreateView("RenderView")
    view.ViewSize = PANEL  # until it is in a layout, which then decides
    view.UseColorPaletteForBackground = 0
    view.Background = [1.0, 1.0, 1.0]
    view.OrientationAxesVisibility = 0
    view.CenterAxesVisibility = 0
    return view


def draw_field(view, field):
    display = simple.Show(field.data, view)
    display.Representation = "Surface"
    display.PointSize, display.LineWidth = 5, 3  # of clouds, and of what has lines alone
    # Colours as they are in the legend; a body without any shading would lose its shape.
    display.Ambient, display.Diffuse = (1.0, 0.0) if is_flat(bounds(field.data)) else BODY
    # Colours of its own: another view may show the same array between other limits.
    simple.ColorBy(display, (field.association, field.array), separate=True)
    colours = simple.GetColorTransferFunction(field.array, display, separate=True)
    colours.ApplyPreset(field.colours, True)
    colours.RescaleTransferFunction(*field.limits)
    colours.NanColor = [0.8, 0.8, 0.8]
    draw_legend(view, display, colours, field.label)
    draw_title(view, field.title)
    return display


def draw_beside(view, source, colour):
    """Draws what is no source of the pipeline: with all marks and names in it, that would be hard to read."""
    display = servermanager.rendering.GeometryRepresentation(Input=source)
    display.AmbientColor = display.DiffuseColor = colour
    display.Ambient, display.Diffuse = 1.0, 0.0
    view.Representations = [*view.Representations, display]
    return display


def draw_legend(view, display, colours, label):
    display.SetScalarBarVisibility(view, True)
    bar = simple.GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = label, ""
    bar.Orientation, bar.WindowLocation = "Horizontal", "Any Location"
    bar.Position, bar.ScalarBarLength, bar.ScalarBarThickness = [0.15, 0.03], 0.7, 10
    bar.TitleColor = bar.LabelColor = INK
    bar.TitleFontSize, bar.LabelFontSize = TEXT, TEXT - 2
    bar.AutomaticLabelFormat, bar.LabelFormat, bar.RangeLabelFormat = 0, "%g", "%.3g"
    bar.AddRangeLabels = 0  # they overlap with the nearest tick
    bar.DrawTickMarks = 0


def draw_title(view, title):
    text = simple.Show(simple.Text(Text=title), view, "TextSourceRepresentation")
    text.WindowLocation = "Upper Center"
    text.FontSize, text.Color = TEXT, INK


def draw_chart(table, x, lines, titles, legend="TopRight", ticks=(), limits=(), logarithmic=True):
    """Lines, the last one on top. Titles: of the chart, its x and y axes; ticks: on the x axis, limits: of the y axis,
    where ParaView does not choose them."""
    require_display()
    view = lay_out(simple.CreateView("XYChartView"), titles[0], CHART)
    view.ChartTitle, view.BottomAxisTitle, view.LeftAxisTitle = titles
    view.ChartTitleFontSize = view.BottomAxisTitleFontSize = view.LeftAxisTitleFontSize = CHART_TEXT
    view.BottomAxisLabelFontSize = view.LeftAxisLabelFontSize = view.LegendFontSize = CHART_TEXT - 2
    view.ChartTitleBold = view.BottomAxisTitleBold = view.LeftAxisTitleBold = 0
    view.LeftAxisLogScale = int(logarithmic)
    view.LegendLocation = legend
    if ticks:
        view.BottomAxisUseCustomLabels, view.BottomAxisLabels = 1, [text for tick in ticks for text in (str(tick), "")]
    if limits:
        view.LeftAxisUseCustomRange, view.LeftAxisRangeMinimum, view.LeftAxisRangeMaximum = 1, *limits
    display = simple.Show(table, view, "XYChartRepresentation")
    display.UseIndexForXAxis, display.XArrayName = 0, x
    display.SeriesVisibility = [line.column for line in lines]
    display.SeriesLabel = [text for line in lines for text in (line.column, line.label)]
    display.SeriesColor = [text for line in lines for text in (line.column, *map(str, line.colour))]
    display.SeriesLineThickness = [text for line in lines for text in (line.column, str(line.thickness))]
    display.SeriesLineStyle = [text for line in lines for text in (line.column, str(line.style))]
    return view


def whole_ticks(last):
    """At most eleven whole numbers from 0 on, that cover 0 to last."""
    step = next(unit * 10**power for power in range(12) for unit in (1, 2, 5) if last <= 10 * unit * 10**power)
    return list(range(0, last + step, step)) if last % step else list(range(0, last + 1, step))


def room_for_legend(low, high, lines, logarithmic):
    """Limits of the y axis that leave a part of the chart free above the lines, as high as the legend."""
    names = sum(1 for line in lines if line.label)
    free = min(0.6, (1.6 * CHART_TEXT * names + CHART_TEXT) / (0.85 * CHART[1]))
    if logarithmic:
        return low, high * (high / low) ** (free / (1 - free))
    return low, high + ((high - low) or 1.0) * free / (1 - free)


def shade(share):
    """The colour between the first (0) and the last (1) of LINES."""
    place = share * (len(LINES) - 1)
    low = min(int(place), len(LINES) - 2)
    return tuple(a + (b - a) * (place - low) for a, b in zip(LINES[low], LINES[low + 1]))


def fetch(proxy, port=0):
    """The rows of the table at an output port, as dictionaries."""
    table = servermanager.Fetch(proxy, idx=port)
    columns = [table.GetColumn(i) for i in range(table.GetNumberOfColumns())]
    return [
        {column.GetName(): column.GetValue(row) for column in columns}
        for row in range(table.GetNumberOfRows())
    ]


def bounds(data):
    data.UpdatePipeline()
    return data.SMProxy.GetDataInformation(data.Port).GetBounds()


def attributes_of(data, association):
    """What the server says about arrays. (Asked in ParaView's own way, it is asked again for every array.)"""
    found = data.SMProxy.GetDataInformation(data.Port)
    return found.GetPointDataInformation() if association == "POINTS" else found.GetCellDataInformation()


def array_names(data, association):
    found = attributes_of(data, association)
    return {found.GetArrayInformation(i).GetName() for i in range(found.GetNumberOfArrays())}


def largest(data, array, association="POINTS"):
    """The largest absolute value of an array, or the largest magnitude of a vector array."""
    data.UpdatePipeline()
    found = attributes_of(data, association).GetArrayInformation(array)
    component = 0 if found.GetNumberOfComponents() == 1 else -1
    return max(abs(value) for value in found.GetComponentRange(component))


def rounded_up(value):
    """The next number with one digit (or 1.5, 2.5), for the end of a legend."""
    unit = 10.0 ** floor(log10(value))
    return unit * next(step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if value <= step * unit * 1.0001)
