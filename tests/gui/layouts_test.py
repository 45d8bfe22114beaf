"""What the tests of the layouts share."""

import math

from window_test import *


def model_of_blocks():
    """The file of a model with several blocks and heads."""
    return os.path.join(os.path.dirname(os.environ["FLARE_TEST_MODEL"]), "blocks.safetensors")


def predict_plate(model):
    mesh = XMLUnstructuredGridReader(registrationName="mesh", FileName=[os.environ["FLARE_TEST_MESH"]])
    return FLAREPredict(registrationName="predict", Input=mesh, ModelFile=model)


def start_with_blocks():
    """How tests of spectra and routes begin: a prediction, and a folder to export to."""
    show(predict_plate(model_of_blocks()))
    os.makedirs(os.path.join(folder, "exported"), exist_ok=True)


def play_trace(model):
    """In pvpython, what the window has traced after it showed a prediction."""
    LoadPlugin(os.environ["FLARE_TEST_PLUGIN"], ns=globals())
    predict = predict_plate(model)
    CreateLayout("Layout #1")
    Show(predict, CreateView("RenderView"))
    SetActiveSource(predict)
    exec(open(os.path.join(folder, "trace.py")).read(), dict(globals()))


def layout_views(name):
    """The views of a layout, by their names."""
    layout = next(value for key, value in GetLayouts().items() if key[0] == name)
    views = {key[0]: view for key, view in servermanager.ProxyManager().GetProxiesInGroup("views").items()}
    return {name: view for name, view in views.items() if layout.GetViewLocation(view.SMProxy) >= 0}


def shown(view):
    """What a view shows of the data: its one representation."""
    return next(one for one in view.Representations if hasattr(one, "ColorArrayName") or hasattr(one, "SeriesColor"))


def colour_range(view):
    points = shown(view).LookupTable.RGBPoints
    return [points[0], points[-4]]


def cameras_follow(first, *others):
    """Is a turn of the first view's camera one of the others'?"""
    before = list(first.CameraPosition)
    turned = [before[0] + 0.125, *before[1:]]
    first.CameraPosition = turned
    Render(first)
    follow = all(list(other.CameraPosition) == turned for other in others)
    first.CameraPosition = before
    Render(first)
    return follow


def fits(view):
    """Does the plate, 0.1 wide and high, fill a good part of the view?"""
    return 0.05 <= view.CameraParallelScale <= 0.2


def state():
    """What an undo must bring back."""
    return dict(
        views=sorted(key[0] for key in servermanager.ProxyManager().GetProxiesInGroup("views")),
        layouts=sorted(key[0] for key in GetLayouts()),
        sources=sorted(key[0] for key in GetSources()),
    )


def spectrum_size(spectrum):
    """How many heads a FLARESpectrum shows."""
    columns = spectrum.SMProxy.GetDataInformation(3).GetRowDataInformation()
    return columns.GetNumberOfArrays() - 1  # the modes' numbers


def check_modes(views, spectrum, head):
    """Modes of the block 0 and the head, from the first that is not constant, in views of their own."""
    modes = sorted(name for name in views if name.startswith("Mode "))
    assert len(modes) == 4 and len(views) == 5, views
    data = OutputPort(spectrum, 1).GetPointDataInformation()
    for number, name in enumerate(modes, start=1):
        array = f"mode_b0_h{head}_{number}"
        display = shown(views[name])
        assert list(display.ColorArrayName) == ["POINTS", array], (name, list(display.ColorArrayName))
        largest = max(map(abs, data[array].GetRange()))
        assert colour_range(views[name]) == [-largest, largest]
    assert cameras_follow(*(views[name] for name in modes))


def colours(*layouts):
    """What each view of the layouts is coloured by, and the range."""
    found = {}
    for layout in layouts or ("Comparison of von_mises", "Spectrum"):
        for name, view in layout_views(layout).items():
            display = shown(view)
            chart = hasattr(display, "SeriesColor")
            found[name] = list(display.SeriesColor) if chart else [list(display.ColorArrayName), colour_range(view)]
    return found


def array_of(view):
    """What a view of the mesh is coloured by."""
    return list(shown(view).ColorArrayName)[1]


def click(view, x, y):
    """The mouse, at a place in pixels from the lower left corner, as the view hears of it."""
    interactor = view.SMProxy.GetInteractor()
    interactor.SetEventInformation(round(x), round(y), 0, 0, chr(0), 0, None)
    interactor.LeftButtonPressEvent()
    interactor.LeftButtonReleaseEvent()
    settle()


def drag(view, *places):
    """The mouse, along places in pixels; the button is pressed at the first."""
    interactor = view.SMProxy.GetInteractor()
    for number, (x, y) in enumerate(places):
        interactor.SetEventInformation(round(x), round(y), 0, 0, chr(0), 0, None)
        interactor.MouseMoveEvent()
        if number == 0:
            interactor.LeftButtonPressEvent()
        let_run(0.3)
    interactor.LeftButtonReleaseEvent()
    settle()


def click_world(view, x, y, z=0.0):
    """Where the view shows a point of space."""
    click(view, *place_of(view, x, y, z))


def place_of(view, x, y, z=0.0):
    """Where a view draws a point of space, in pixels."""
    renderer = view.SMProxy.GetRenderer()
    renderer.SetWorldPoint(x, y, z, 1.0)
    renderer.WorldToDisplay()
    return renderer.GetDisplayPoint()[:2]


def place_in_chart(view, column, row):
    """Where a chart draws the value in a column's row, in pixels."""
    chart = view.SMProxy.GetContextItem()
    plots = [chart.GetPlot(i) for i in range(chart.GetNumberOfPlots())]
    lines = [plot for plot in plots if plot.GetVisible() and plot.GetInput()]
    plot = next(one for one in lines if one.GetData().GetInputArrayToProcess(1, one.GetInput()).GetName() == column)
    values = row, math.log10(plot.GetInput().GetColumnByName(column).GetValue(row))

    def place(axis, value, direction):
        first, last = axis.GetPoint1()[direction], axis.GetPoint2()[direction]
        return first + (value - axis.GetMinimum()) / (axis.GetMaximum() - axis.GetMinimum()) * (last - first)

    return [place(axis, value, d) for d, (axis, value) in enumerate(zip((plot.GetXAxis(), plot.GetYAxis()), values))]


def standing_out(chart):
    """The columns whose lines are thick."""
    pairs = list(shown(chart).SeriesLineThickness)
    return [name for name, width in zip(pairs[::2], pairs[1::2]) if float(width) > 2]


def chosen(filter, *names):
    return [filter.GetPropertyValue(name) for name in names]


def marked(view):
    """The bounds in x and y of what is marked in a map."""
    mark = next(one for one in view.Representations if getattr(one, "Representation", "") == "Wireframe")
    return list(mark.Input.SMProxy.GetDataInformation(0).GetBounds())[:4]


def exported(tables):
    """The files of an export: as many pictures as views, and tables with these columns among theirs."""
    there = sorted(os.listdir(os.path.join(folder, "exported")))
    assert all(os.path.getsize(os.path.join(folder, "exported", name)) > 50 for name in there), there
    for name, columns in tables.items():
        with open(os.path.join(folder, "exported", name)) as file:
            header = [column.strip('"') for column in file.readline().strip().split(",")]
            rows = [line for line in file]
        assert set(columns) <= set(header), (name, header)
        assert rows, name
    assert [name for name in there if name.endswith(".csv")] == sorted(tables), there
    for name in there:
        with open(os.path.join(folder, "exported", name), "rb") as file:
            start = file.read(200)
        assert not name.endswith(".png") or start.startswith(b"\x89PNG"), name
        assert not name.endswith(".svg") or b"<svg" in start, (name, start)
    return [name for name in there if not name.endswith(".csv")]
