"""Whether a view can be drawn, and whether what it says is still true when it is written."""

import os
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from math import isclose, isnan

from paraview import servermanager, simple
from paraview.modules.vtkRemotingViews import vtkPVRenderingCapabilitiesInformation as Capabilities


@dataclass
class Drawn:
    """What a view was drawn from."""

    function: str  # of paraflare.views, that draws it
    sources: list  # what it shows of the pipeline
    look: object  # looks at the filter again: what gave the texts, the limits of colours and the lines
    seen: dict  # what it saw when the view was drawn


def keeps_active_source(function):
    """What is drawn with is no filter that a script goes on from."""

    @wraps(function)
    def kept(*arguments, **named):
        source = simple.GetActiveSource()
        try:
            return function(*arguments, **named)
        finally:
            simple.SetActiveSource(source)

    return kept


def draw(function, source, look, draw_with):
    """Draws what is seen when looking at a filter, and keeps in mind what it was."""
    require_display()
    seen = look()
    view = draw_with(**seen)
    sources = [proxy for proxy in (source, *proxies_in(seen)) if is_registered(proxy)]
    drawn = Drawn(function, sources, look, seen)
    for one in views_in(view):
        one.SMProxy.paraflare_drawn = drawn  # lives as long as the view
    return view


def drawn_from(view):
    return getattr(view.SMProxy, "paraflare_drawn", None)


def require_true(views):
    """Titles, legends and axes do not follow the data. Those that are no longer true are not written."""
    checked = []
    for drawn in filter(None, map(drawn_from, views)):
        if any(drawn is other for other in checked):
            continue
        checked.append(drawn)
        for source in drawn.sources:
            if not is_registered(source):
                name = source.GetXMLName()
                raise RuntimeError(f"The {name} that this view shows has been deleted, so there is nothing to write.")
        if not alike(drawn.look(), drawn.seen):
            raise RuntimeError(
                f"What this view shows has changed since it was drawn, and its title, legend or axes are those of "
                f"before. Call views.{drawn.function} again, and export what it gives."
            )


def alike(one, other):
    """Equal up to rounding. Ports and other proxies say where data come from, not what they are."""
    if isinstance(one, (str, int, float, type(None))) and isinstance(other, (str, int, float, type(None))):
        numbers = all(isinstance(value, (int, float)) for value in (one, other))
        return one == other or (numbers and (isclose(one, other, rel_tol=1e-6) or (isnan(one) and isnan(other))))
    if is_dataclass(one) and is_dataclass(other):
        one, other = ([getattr(value, field.name) for field in fields(value)] for value in (one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    return isinstance(one, servermanager.Proxy)


def proxies_in(seen):
    if isinstance(seen, servermanager.Proxy):
        return [seen]
    if is_dataclass(seen):
        seen = [getattr(seen, field.name) for field in fields(seen)]
    parts = seen.values() if isinstance(seen, dict) else seen if isinstance(seen, (list, tuple)) else []
    return [proxy for part in parts for proxy in proxies_in(part)]


def require_display():
    """VTK ends the program where it finds no display. What renders without one (EGL, OSMesa) needs none."""
    if Capabilities.GetLocalCapabilities() & Capabilities.RENDERING:
        return
    name = os.environ.get("DISPLAY", "")
    found = f"the X display {name!r} cannot be opened" if name else "the environment variable DISPLAY names none"
    raise RuntimeError(
        f"Views are drawn on an X display, and {found}. Without a screen, start ParaView's Python through xvfb-run: "
        "xvfb-run pvpython script.py."
    )


def views_in(view):
    return list(simple.GetViewsInLayout(view)) if view.GetXMLName() == "ViewLayout" else [view]


def is_registered(proxy):
    return bool(proxy.SMProxy.GetSessionProxyManager().GetProxyName("sources", proxy.SMProxy))


def now():
    """The time that views show, which a filter does not know before it is in one."""
    return simple.GetTimeKeeper().Time
