"""Views as files: pictures, and tables of what they show."""

import base64
import tempfile
from pathlib import Path

from paraview import servermanager, simple

from .drawing import keeps_active_source

FORMATS = ("png", "svg", "csv")


@keeps_active_source
def export(view, path, formats=None, scale=2):
    """Writes a view, or a layout of views, as path.png, path.svg and path.csv, or as the one that the path ends with,
    or as the formats given (formats=["svg", "csv"]). Gives the paths of what was written.

    png: the picture, with scale times the pixels of the view on the display. svg: charts as lines and text; ParaView
    5.11 draws no surfaces into SVG, so that of other views, and of layouts, holds the picture as it is. csv: the
    columns of the lines that a chart shows, or the arrays that colour what a view shows, with coordinates; where a
    layout shows data of several sources, one file for each.
    """
    path, formats = wanted(path, formats)
    views = views_of(view)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = []
    for form in formats:
        file = path.with_name(f"{path.name}.{form}")
        if form == "png":
            write_picture(view, file, scale)
            written.append(file)
        elif form == "svg":
            write_svg(view, file, scale)
            written.append(file)
        else:
            written += write_tables(views, file)
    return [str(file) for file in written]


def wanted(path, formats):
    """The path without its ending, and the formats to write."""
    path = Path(path)
    ending = path.suffix[1:].lower()
    if formats is None:
        formats = [ending] if ending in FORMATS else FORMATS
    formats = [formats] if isinstance(formats, str) else formats
    unknown = [form for form in formats if form not in FORMATS]
    if unknown or not formats:
        raise ValueError(f"Views are written as {', '.join(FORMATS)}, not as {', '.join(unknown) or 'nothing'}.")
    return (path.with_suffix("") if ending in FORMATS else path), formats


def kind_of(value):
    return value.GetXMLName() if isinstance(value, servermanager.Proxy) else type(value).__name__


def views_of(view):
    if kind_of(view) == "ViewLayout":
        views = list(simple.GetViewsInLayout(view))
    else:
        views = [view]
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


def write_picture(view, file, scale):
    width, height = size_of(view)
    simple.SaveScreenshot(str(file), view, ImageResolution=[scale * width, scale * height], SeparatorWidth=0)
    if not file.exists():
        raise OSError(f"{file} could not be written.")


def write_svg(view, file, scale):
    if view.GetXMLName() == "XYChartView":
        simple.ExportView(str(file), view=view)
        return
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        write_picture(view, picture, scale)
        pixels = base64.b64encode(picture.read_bytes()).decode()
    width, height = size_of(view)
    file.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<image width="{width}" height="{height}" '
        f'xlink:href="data:image/png;base64,{pixels}"/>\n</svg>\n'
    )


def write_tables(views, file):
    """A file for each source of what is shown; numbered where there are several."""
    tables = {}  # of a source's port: the arrays, by their kind
    for view in views:
        for display in view.Representations:
            if display.Visibility:
                for kind, name in arrays_shown(view, display):
                    port = simple.OutputPort(display.Input, display.Input.Port)
                    found = tables.setdefault((port.SMProxy, port.Port), (port, {}))[1].setdefault(kind, [])
                    found += [name] if name not in found else []
    if not tables:
        raise ValueError("The view shows no lines and no array as colours, so there is nothing to write as CSV.")
    files = [file] if len(tables) == 1 else [
        file.with_name(f"{file.stem}_{number}{file.suffix}") for number in range(1, len(tables) + 1)
    ]
    for one, (port, arrays) in zip(files, tables.values()):
        write_table(port, arrays, one)
    return files


def arrays_shown(view, display):
    if view.GetXMLName() == "XYChartView":
        # Read as a list, the property XArrayName is a name; as text, it has quotes.
        return [("ROW", name) for name in [*display.XArrayName, *display.SeriesVisibility]]
    kind, name = display.ColorArrayName if "ColorArrayName" in display.ListProperties() else ("", "")
    return [(str(kind), str(name))] if name and display.MapScalars else []


def write_table(port, arrays, file):
    cells, points = arrays.get("CELLS", []), arrays.get("POINTS", [])
    settings = dict(Precision=9, ChooseArraysToWrite=1)
    if "ROW" in arrays:
        simple.SaveData(str(file), port, RowDataArrays=arrays["ROW"], **settings)
    elif points:
        simple.SaveData(str(file), port, PointDataArrays=points, **settings)
    elif "Head" in port.CellData.keys():
        numbers = [name for name in ("Block", "Head", "OtherHead") if name in port.CellData.keys()]
        simple.SaveData(str(file), port, CellDataArrays=numbers + cells, FieldAssociation="Cell Data", **settings)
    else:
        centres = simple.CellCenters(Input=port)
        simple.SaveData(str(file), centres, PointDataArrays=cells, **settings)
        simple.Delete(centres)
