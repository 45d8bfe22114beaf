"""Where the camera of a view stands: all of the mesh is in sight, with a title above it and a legend below."""

from itertools import product
from math import sqrt

OBLIQUE = (-1.0, -1.5, 1.0)  # from where a body is seen
# How a flat mesh is seen, by the axis that it does not extend along: what is to the right in the picture, and what up.
SEEN_ALONG = {2: ((1, 0, 0), (0, 1, 0)), 1: ((1, 0, 0), (0, 0, 1)), 0: ((0, 1, 0), (0, 0, 1))}


def place_camera(view, box):
    """A flat box is seen along its normal, a body obliquely. Either fills the view, but for title and legend."""
    right, up = axes(box)
    middle = [(low + high) / 2 for low, high in zip(box[::2], box[1::2])]
    wide, high = span(box, right), span(box, up)
    width, height = view.ViewSize
    half_height = max(wide / 2 * height / width * 1.08, high / 2 * 1.3) or 1.0
    toward = cross(right, up)
    distance = span(box, toward) + half_height
    focus = [m - 0.06 * half_height * u for m, u in zip(middle, up)]
    view.CameraParallelProjection = 1
    view.InteractionMode = "2D" if is_flat(box) else "3D"
    view.CameraFocalPoint, view.CameraViewUp = focus, up
    view.CameraPosition = [f + distance * t for f, t in zip(focus, toward)]
    view.CameraParallelScale = half_height


def axes(box):
    """What is to the right in the picture of a box, and what up."""
    if is_flat(box):
        return SEEN_ALONG[flat_axes(box)[0]]
    right = unit(cross((0.0, 0.0, 1.0), OBLIQUE))
    return right, unit(cross(OBLIQUE, right))


def is_flat(box):
    return bool(flat_axes(box))


def flat_axes(box):
    sides = [high - low for low, high in zip(box[::2], box[1::2])]
    return [axis for axis in SEEN_ALONG if sides[axis] <= 1e-9 * max(sides)]


def span(box, direction):
    """How long a box is along a direction: the projections of its corners."""
    places = [dot(corner, direction) for corner in product(*zip(box[::2], box[1::2]))]
    return max(places) - min(places)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def unit(a):
    return [x / sqrt(dot(a, a)) for x in a]
