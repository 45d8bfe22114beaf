"""Pictures of the demonstration: fields on meshes, side by side on white, and charts. For pvpython."""

from dataclasses import dataclass
from math import floor, log10

from paraview import servermanager
from paraview.simple import (
    AssignViewToLayout,
    ColorBy,
    CreateLayout,
    CreateView,
    Delete,
    GetColorTransferFunction,
    GetScalarBar,
    PythonCalculator,
    SaveScreenshot,
    Show,
    Text,
    WarpByVector,
)

PANEL = (400, 480)  # pixels of a panel on the display; saved pictures are twice as large
TEXT = 15  # font size in a panel
CHART = (1600, 1000)
CHART_TEXT = 26
INK = [0.1, 0.1, 0.1]
SEQUENTIAL = "Viridis (matplotlib)"
DIVERGING = "Cool to Warm"
# Colours of lines, from dark to light, so that they are told apart in grey, too.
LINES = [(0.27, 0.00, 0.33), (0.19, 0.41, 0.56), (0.21, 0.72, 0.47), (0.85, 0.75, 0.10)]


def draw_stress(prediction, path):
    """Truth, prediction and error of the von Mises stress, in MPa."""
    mesh = prediction
    fields = {"truth": "von_mises", "predicted": "von_mises_predicted", "error": "von_mises_error"}
    for name, array in fields.items():
        mesh = PythonCalculator(Input=mesh, Expression=f"{array} / 1e6", ArrayName=name)
    limits = 0, rounded_up(largest(mesh, "truth"))
    off = rounded_up(largest(mesh, "error"))
    label = "von Mises stress (MPa)"
    save_panels(
        path,
        [
            Field(mesh, "truth", "Truth (finite elements)", label, limits),
            Field(mesh, "predicted", "Prediction (FLARE)", label, limits),
            Field(mesh, "error", "Error", "prediction - truth (MPa)", (-off, off), DIVERGING),
        ],
    )


def draw_displacement(prediction, path):
    """The deformed plate in truth and as predicted, and the size of the error, in micrometres."""
    micro = PythonCalculator(Input=prediction, Expression="displacement * 1e6", ArrayName="truth")
    micro = PythonCalculator(Input=micro, Expression="displacement_predicted * 1e6", ArrayName="predicted")
    micro = PythonCalculator(Input=micro, Expression="mag(displacement_error) * 1e6", ArrayName="error")
    top = largest(micro, "truth")
    left, right, *_ = bounds(prediction)
    factor = 0.08 * (right - left) / (top * 1e-6)
    true = WarpByVector(Input=micro, Vectors=["POINTS", "displacement"], ScaleFactor=factor)
    predicted = WarpByVector(Input=micro, Vectors=["POINTS", "displacement_predicted"], ScaleFactor=factor)
    label = "displacement (µm)"
    limits = 0, rounded_up(top)
    save_panels(
        path,
        [
            Field(true, "truth", f"Truth, deformed {factor:.0f}-fold", label, limits),
            Field(predicted, "predicted", f"Prediction, deformed {factor:.0f}-fold", label, limits),
            Field(micro, "error", "Size of the error", label, (0, rounded_up(largest(micro, "error")))),
        ],
    )


def draw_modes(mesh, block, head, eigenvalues, path):
    """The leading right eigenvectors of one head, after the constant one."""
    panels = []
    for mode, eigenvalue in list(enumerate(eigenvalues))[1:]:
        array = f"mode_b{block}_h{head}_{mode}"
        size = largest(mesh, array)
        title = f"Block {block}, head {head}, mode {mode}"
        panels.append(Field(mesh, array, title, f"eigenvalue {eigenvalue:.4f}", (-size, size), DIVERGING))
    save_panels(path, panels, rows=2)


def draw_history(table, targets, path):
    series = {"Loss": ("training loss", (0.55, 0.55, 0.55))}
    for target, colour in zip(targets, LINES[::2]):
        series[f"ValidationError_{target}"] = (f"{target}, held-out cases", colour)
    save_chart(path, table, "Epoch", series, ("Training", "epoch", "relative L2 error"))


def draw_spectra(table, path):
    """One line per head. The heads of a block have one colour, and one line in the legend."""
    heads = {name: tuple(map(int, name.split()[1::2])) for name in column_names(table)[1:]}
    last = max(block for block, _ in heads.values())
    series = {}
    for name, (block, head) in heads.items():
        series[name] = (f"Block {block}" if head == 0 else "", shade(block / max(last, 1)))
    save_chart(path, table, "Mode", series, ("Spectra of the attention heads", "mode", "eigenvalue"))


@dataclass
class Field:
    """An array of a mesh, and how its values become colours."""

    mesh: object
    array: str
    title: str  # above the mesh
    label: str  # of the colours
    limits: tuple  # values at the two ends of the colours
    colours: str = SEQUENTIAL


def save_panels(path, fields, rows=1):
    """Draws each field into a cell of a grid, and saves the grid. The fields share one camera."""
    columns = len(fields) // rows
    boxes = [bounds(field.mesh) for field in fields]
    box = [pick(sides) for pick, sides in zip((min, max, min, max), zip(*boxes))]
    layout = CreateLayout(path.stem)
    views = []
    for cell, field in zip(grid_cells(layout, rows, columns), fields):
        view = plain_view()
        AssignViewToLayout(view=view, layout=layout, hint=cell)
        draw_field(view, field)
        place_camera(view, box)
        views.append(view)
    layout.SetSize(columns * PANEL[0], rows * PANEL[1])
    resolution = [2 * columns * PANEL[0], 2 * rows * PANEL[1]]
    SaveScreenshot(str(path), layout, ImageResolution=resolution, SeparatorWidth=0)
    for view in views:
        Delete(view)
    Delete(layout)


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
    """A white view for flat meshes, seen from above."""
    view = CreateView("RenderView")
    view.UseColorPaletteForBackground = 0
    view.Background = [1.0, 1.0, 1.0]
    view.OrientationAxesVisibility = 0
    view.CenterAxesVisibility = 0
    view.InteractionMode = "2D"
    view.CameraParallelProjection = 1
    return view


def draw_field(view, field):
    display = Show(field.mesh, view, "UnstructuredGridRepresentation")
    display.Representation = "Surface"
    display.Ambient, display.Diffuse = 1.0, 0.0  # colours as they are in the legend, without shading
    ColorBy(display, ("POINTS", field.array))
    colours = GetColorTransferFunction(field.array)
    colours.ApplyPreset(field.colours, True)
    colours.RescaleTransferFunction(*field.limits)
    draw_legend(view, display, colours, field.label)
    text = Show(Text(Text=field.title), view, "TextSourceRepresentation")
    text.WindowLocation = "Upper Center"
    text.FontSize, text.Color = TEXT, INK


def draw_legend(view, display, colours, label):
    display.SetScalarBarVisibility(view, True)
    bar = GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = label, ""
    bar.Orientation, bar.WindowLocation = "Horizontal", "Any Location"
    bar.Position, bar.ScalarBarLength, bar.ScalarBarThickness = [0.15, 0.03], 0.7, 10
    bar.TitleColor = bar.LabelColor = INK
    bar.TitleFontSize, bar.LabelFontSize = TEXT, TEXT - 2
    bar.AutomaticLabelFormat, bar.LabelFormat, bar.RangeLabelFormat = 0, "%g", "%.3g"
    bar.AddRangeLabels = 0  # they overlap with the nearest tick
    bar.DrawTickMarks = 0


def place_camera(view, box):
    """The box fills the width; the title is above it and the legend below."""
    left, right, bottom, top = box
    half_height = (right - left) / 2 * PANEL[1] / PANEL[0] * 1.08
    x, y = (left + right) / 2, (bottom + top) / 2 - 0.06 * half_height
    view.CameraFocalPoint, view.CameraPosition, view.CameraViewUp = [x, y, 0], [x, y, 1], [0, 1, 0]
    view.CameraParallelScale = half_height


def save_chart(path, table, x, series, titles):
    """Lines on a logarithmic axis. Series: column -> (label, colour); titles: of the chart, its x and y axes."""
    view = CreateView("XYChartView")
    view.ViewSize = CHART
    view.ChartTitle, view.BottomAxisTitle, view.LeftAxisTitle = titles
    view.ChartTitleFontSize = view.BottomAxisTitleFontSize = view.LeftAxisTitleFontSize = CHART_TEXT
    view.BottomAxisLabelFontSize = view.LeftAxisLabelFontSize = view.LegendFontSize = CHART_TEXT - 4
    view.ChartTitleBold = view.BottomAxisTitleBold = view.LeftAxisTitleBold = 0
    view.LeftAxisLogScale = 1
    display = Show(table, view, "XYChartRepresentation")
    display.UseIndexForXAxis, display.XArrayName = 0, x
    display.SeriesVisibility = list(series)
    display.SeriesLabel = [text for name, (label, _) in series.items() for text in (name, label)]
    display.SeriesColor = [text for name, (_, colour) in series.items() for text in (name, *map(str, colour))]
    display.SeriesLineThickness = [text for name in series for text in (name, "3")]
    SaveScreenshot(str(path), view, ImageResolution=CHART)
    Delete(view)


def shade(share):
    """The colour between the first (0) and the last (1) of LINES."""
    place = share * (len(LINES) - 1)
    low = min(int(place), len(LINES) - 2)
    return tuple(a + (b - a) * (place - low) for a, b in zip(LINES[low], LINES[low + 1]))


def column_names(table):
    columns = servermanager.Fetch(table, idx=table.Port)
    return [columns.GetColumnName(i) for i in range(columns.GetNumberOfColumns())]


def bounds(mesh):
    """The sides of a flat mesh: left, right, bottom, top."""
    mesh.UpdatePipeline()
    return mesh.GetDataInformation().GetBounds()[:4]


def largest(mesh, array):
    """The largest absolute value of an array, or the largest magnitude of a vector array."""
    mesh.UpdatePipeline()
    array = mesh.PointData[array]
    component = 0 if array.GetNumberOfComponents() == 1 else -1
    return max(abs(value) for value in array.GetRange(component))


def rounded_up(value):
    """The next number with one digit (or 1.5, 2.5), for the end of a legend."""
    unit = 10.0 ** floor(log10(value))
    return unit * next(step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if value <= step * unit * 1.0001)
