"""Views as files: pictures, and tables of what they show."""

import base64
import operator
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from paraview import servermanager, simple

from .drawn import keeps_active_source, require_display, require_true, views_in
from .tables import tables_of, write_table

FORMATS = ("png", "svg", "csv")
OTHERS = ("bmp", "eps", "gif", "html", "jpeg", "jpg", "json", "pdf", "ppm", "ps", "tif", "tiff", "tsv", "txt", "xlsx")
LAST = {".png": b"IEND\xaeB`\x82", ".svg": b"</svg>", ".csv": b"\n"}  # of a file that is whole
LARGEST = 250_000_000  # pixels of a picture


@keeps_active_source
def export(view, path, formats=None, scale=2):
    """Writes a view, or a layout of views, as path.png, path.svg and path.csv, or as the one that the path ends with,
    or as the formats given (formats=["svg", "csv"]). Gives the paths of what was written.

    png: the picture, with scale times the pixels of the view on the display. svg: charts as lines and text; ParaView
    5.11 draws no surfaces into SVG, so that of other views, and of layouts, holds the picture as it is. csv: the
    columns of the lines that a chart shows, or the arrays that colour what a view shows, with coordinates; where a
    layout shows data of several sources, one file for each.

    A view whose title, legend or axes are no longer those of its data is not written: draw it again.
    """
    path, formats = wanted(path, formats)
    views = views_of(view)
    scale = whole_scale(scale, size_of(view))
    require_true(views)
    tables = tables_of(views) if "csv" in formats else []
    if set(formats) - {"csv"}:
        require_display()
    path.parent.mkdir(parents=True, exist_ok=True)
    jobs = []  # each a file, and what writes it
    for form in formats:
        file = path.with_name(f"{path.name}.{form}")
        if form == "csv":
            jobs += [(one, lambda to, table=table: write_table(table, to)) for one, table in numbered(file, tables)]
        else:
            write = write_picture if form == "png" else write_svg
            jobs.append((file, lambda to, write=write: write(view, to, scale)))
    for file, _ in jobs:
        require_writable(file)
    for file, write in jobs:
        with in_place_of(file) as beside:
            write(beside)
    return [str(file) for file, _ in jobs]


def wanted(path, formats):
    """The path without its ending, and the formats to write."""
    path = Path(path)
    if path.is_dir() or not path.name:
        raise ValueError(f"{str(path)!r} is a folder: give a name in it, such as {str(path / 'chart')!r}.")
    ending = path.suffix[1:].lower()
    if formats is None:
        formats = [ending] if ending in FORMATS else FORMATS
    formats = [formats] if isinstance(formats, str) else list(formats)
    unknown = [form for form in formats if str(form).lower() not in FORMATS] + [ending] * (ending in OTHERS)
    if unknown or not formats:
        raise ValueError(
            f"Views are written as {', '.join(FORMATS)}, not as {', '.join(map(str, unknown)) or 'nothing'}."
        )
    formats = list(dict.fromkeys(form.lower() for form in formats))
    return (path.with_suffix("") if ending in FORMATS else path), formats


def whole_scale(scale, size):
    try:
        factor = operator.index(scale)
    except TypeError:
        factor = 0
    if factor < 1:
        raise ValueError(f"scale must be a whole number from 1 on, not {scale!r}.")
    if factor**2 * size[0] * size[1] > LARGEST:
        raise ValueError(f"A picture of {factor * size[0]} x {factor * size[1]} pixels is too large: lower scale.")
    return factor


def kind_of(value):
    return value.GetXMLName() if isinstance(value, servermanager.Proxy) else type(value).__name__


def views_of(view):
    views = views_in(view) if isinstance(view, servermanager.Proxy) else [view]
    for one in views:
        name = kind_of(one)
        if name not in ("RenderView", "XYChartView"):
            raise TypeError(
                f"export writes render views, line charts and layouts of them, not {name}. A table is written by "
                "paraview.simple.SaveData(\"name.csv\", OutputPort(filter, port))."
            )
    if not views:
        raise ValueError("The layout has no view to write.")
    return views


def size_of(view):
    return view.GetSize() if view.GetXMLName() == "ViewLayout" else list(view.ViewSize)


def numbered(file, tables):
    """A file for each table; numbered where there are several."""
    if len(tables) == 1:
        return [(file, tables[0])]
    return [(file.with_name(f"{file.stem}_{i}{file.suffix}"), table) for i, table in enumerate(tables, 1)]


def require_writable(file):
    if file.is_dir():
        raise IsADirectoryError(f"{file} cannot be written: there is a folder of this name.")
    if file.exists() and not os.access(file, os.W_OK):
        raise PermissionError(f"{file} cannot be written: it is there, and write-protected.")


@contextmanager
def in_place_of(file):
    """A file to write, which takes the place of another one when it is whole."""
    try:
        with tempfile.TemporaryDirectory(prefix=".export_", dir=file.parent) as folder:
            beside = Path(folder) / f"new{file.suffix}"
            yield beside
            require_whole(beside)
            os.replace(beside, file)
    except OSError as problem:
        raise type(problem)(f"{file} could not be written: {problem.strerror or problem}.") from problem


def require_whole(file):
    if not file.exists():
        raise OSError("ParaView wrote nothing")
    with open(file, "rb") as stream:
        stream.seek(max(0, file.stat().st_size - 64))
        if LAST[file.suffix] not in stream.read():
            raise OSError("its end is missing; the disk may be full")


def write_picture(view, file, scale):
    width, height = size_of(view)
    with labels_as_large(views_in(view), scale):
        simple.SaveScreenshot(str(file), view, ImageResolution=[scale * width, scale * height], SeparatorWidth=0)


@contextmanager
def labels_as_large(views, scale):
    """Unlike other text, ParaView 5.11 leaves labels of data as small as they are on the display."""
    displays = [display for view in views for display in view.Representations]
    sizes = [(one, one.PointLabelFontSize) for one in displays if one.GetXMLName() == "DataLabelRepresentation"]
    try:
        for label, size in sizes:
            label.PointLabelFontSize = scale * size
        yield
    finally:
        for label, size in sizes:
            label.PointLabelFontSize = size


def write_svg(view, file, scale):
    if view.GetXMLName() == "XYChartView":
        simple.ExportView(str(file), view=view)
        return
    picture = file.with_suffix(".png")
    write_picture(view, picture, scale)
    require_whole(picture)
    pixels = base64.b64encode(picture.read_bytes()).decode()
    width, height = size_of(view)
    file.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<image width="{width}" height="{height}" '
        f'xlink:href="data:image/png;base64,{pixels}"/>\n</svg>\n'
    )
