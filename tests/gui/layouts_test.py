"""What the tests of the layouts share."""

from window_test import *


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


def colours():
    """What each view of the layouts is coloured by, and the range."""
    found = {}
    for layout in ("Comparison of von_mises", "Spectrum"):
        for name, view in layout_views(layout).items():
            display = shown(view)
            chart = hasattr(display, "SeriesColor")
            found[name] = list(display.SeriesColor) if chart else [list(display.ColorArrayName), colour_range(view)]
    return found
