"""Pictures of what FLARE's filters find, for scripts in which the plugin is loaded, one function per view:

    from paraview.simple import *
    LoadPlugin(".../ParaFLARE.so", ns=globals())
    from paraflare import views
    spectrum = FLARESpectrum(Input=mesh, ModelFile="plates.safetensors")
    chart = views.eigenvalue_chart(spectrum, block=3)
    views.export(chart, "eigenvalues")          # eigenvalues.png, .svg and .csv

Each function gives a view, or a layout of views, that paraview.simple goes on with. Blocks, heads and modes count
from 0. What a filter cannot compute, and what it does not have, is an error that says what to do.
"""

from paraview import servermanager, simple

from .camera import place_camera
from .drawing import DIVERGING, PANEL, Field, Line, bounds, draw_beside, draw_chart, draw_field, draw_panels
from .drawing import fetch, largest, lay_out, plain_view, room_for_legend, shade, whole_ticks
from .drawn import draw, keeps_active_source
from .exporting import export
from .heat_map import HeatMap, Part, draw_heat_map
from .results import association_of, chosen_columns, column_names, has, meshes_of, mode_name, of_epoch
from .results import require_block, require_filter, require_weights, short, update, whole_modes, with_modes

__all__ = [
    "eigenvalue_chart", "ensemble_chart", "export", "head_map", "modes_on_mesh", "route_on_mesh", "similarity_map",
    "training_chart",
]

CHOSEN = (0.84, 0.37, 0.00)  # a line among grey ones; the colour-blind tell it from grey, too
OTHERS = (0.72, 0.72, 0.72)
MARK = 0.02  # radius of a marked point, in halves of a view's height
DASHED, DASHED_AND_DOTTED, STYLES = 2, 4, 5  # of vtkPen
QUANTITIES = {  # of a head: the legend's text, the format of a number
    "EffectiveRank": ("effective rank", "%.1f"),
    "ModesTo90": ("modes to 90 % of the energy", "%d"),
    "ModesTo99": ("modes to 99 % of the energy", "%d"),
    "ModesTo999": ("modes to 99.9 % of the energy", "%d"),
    "SpectralGap": ("gap, 1 - second eigenvalue", "%.2f"),
}
# A shader for what is seen wherever it is in a body.
ALWAYS_ON_TOP = """[{"type": "vertex", "original": "//VTK::PositionVC::Impl",
  "replacement": "//VTK::PositionVC::Impl\\n  gl_Position.z = -0.999 * gl_Position.w;"}]"""


@keeps_active_source
def eigenvalue_chart(spectrum, block=None, head=None):
    """The eigenvalues of a FLARESpectrum on a logarithmic axis, a line per head: of all its blocks, a colour each, or
    of one block, then a colour per head. With head, that line stands out among the others of the block."""
    require_filter(spectrum, "FLARESpectrum")

    def look():
        update(spectrum)
        table = simple.OutputPort(spectrum, 3)
        columns = chosen_columns(spectrum, column_names(spectrum, 3), block, head)
        titles = f"Spectra of the attention heads{of_block(columns)}{of_epoch(spectrum)}", "mode", "eigenvalue"
        ticks = whole_ticks(len(fetch(spectrum, 3)) - 1)
        return dict(table=table, x="Mode", lines=lines_of(columns, head), titles=titles, ticks=ticks)

    return draw("eigenvalue_chart", spectrum, look, draw_chart)


@keeps_active_source
def training_chart(spectrum, block=None, head=None):
    """The effective rank of the heads of a FLARESpectrum over the epochs of the training, where FLARETrain stored
    spectra (SpectraEvery). Lines as in eigenvalue_chart."""
    require_filter(spectrum, "FLARESpectrum")

    def look():
        update(spectrum)
        names = column_names(spectrum, 6)
        if len(names) < 2:
            raise ValueError("The model holds no spectra of its training. Train it with SpectraEvery=1, or larger.")
        columns = chosen_columns(spectrum, names, block, head)
        lines = lines_of(columns, head)
        rows = fetch(spectrum, 6)
        ranks = [row[column.name] for row in rows for column in columns]
        logarithmic = max(ranks) >= 10 * min(ranks)
        limits = room_for_legend(min(ranks), max(ranks), lines, logarithmic)
        titles = f"Latents at work while the model was trained{of_block(columns)}", "epoch", "effective rank"
        return dict(
            table=simple.OutputPort(spectrum, 6), x="Epoch", lines=lines, titles=titles, legend="TopLeft",
            ticks=whole_ticks(int(rows[-1]["Epoch"])), limits=limits, logarithmic=logarithmic,
        )

    return draw("training_chart", spectrum, look, draw_chart)


@keeps_active_source
def head_map(spectrum, quantity="EffectiveRank"):
    """A number of each head of a FLARESpectrum, blocks below each other and heads side by side: EffectiveRank,
    ModesTo90, ModesTo99, ModesTo999 or SpectralGap."""
    require_filter(spectrum, "FLARESpectrum")
    if quantity not in QUANTITIES:
        raise ValueError(f"There is no {quantity!r} of a head. There are: {', '.join(QUANTITIES)}.")
    label, pattern = QUANTITIES[quantity]

    def look():
        update(spectrum)
        squares = simple.OutputPort(spectrum, 4)
        limits = 0, largest(squares, quantity, "CELLS") or 1
        title = f"Heads of the network{of_epoch(spectrum)}"
        parts = parts_of(fetch(spectrum, 2), "Block")
        rows, columns = ("block %d", "Block"), ("head %d", "Head")
        box = bounds(squares)
        return dict(heat_map=HeatMap(squares, quantity, title, label, limits, pattern, rows, columns, box, parts))

    return draw("head_map", spectrum, look, draw_heat_map)


@keeps_active_source
def similarity_map(spectrum, block=None):
    """The heads of a block of a FLARESpectrum against each other: 1 where what one head transports the other can,
    too, 0 where they have nothing in common. Turns CompareHeads on. The block is not needed where there is one."""
    require_filter(spectrum, "FLARESpectrum")
    squares = of_one_block(simple.OutputPort(spectrum, 5))

    def look():
        require_weights(spectrum, "similarities")
        spectrum.CompareHeads = 1
        update(spectrum)
        rows = fetch(spectrum, 2)
        blocks = sorted({int(row["Block"]) for row in rows})
        if block is None and len(blocks) > 1:
            raise ValueError(f"Heads are compared within a block: say which (block=…). {has(spectrum, blocks)}")
        chosen = blocks[0] if block is None else block
        require_block(spectrum, chosen, blocks)
        squares.LowerThreshold = squares.UpperThreshold = chosen
        squares.UpdatePipeline()
        if not squares.GetDataInformation().GetNumberOfCells():
            raise RuntimeError(f"The FLARESpectrum has not compared the heads of block {chosen}.")
        title = f"Heads of block {chosen} against each other"
        parts = parts_of(rows, "Head", gap=1)
        numbers, names = ("head %d", "Head"), ("head %d", "OtherHead")
        box = bounds(squares)
        return dict(
            heat_map=HeatMap(squares, "Similarity", title, "similarity", (0, 1), "%.2f", numbers, names, box, parts)
        )

    return draw("similarity_map", spectrum, look, draw_similarity)


@keeps_active_source
def modes_on_mesh(spectrum, block, head, modes=(1, 2, 3, 4)):
    """Modes of a head (right vectors) on the mesh, a view each, in one layout with one camera. Mode 0 is the constant.
    Where the FLARESpectrum has not got them as arrays, another one with its settings beside it in the pipeline computes
    them: one for each head that is asked for, which the next call for this head takes again."""
    require_filter(spectrum, "FLARESpectrum")
    modes = whole_modes(modes)

    def look():
        update(spectrum)
        require_weights(spectrum, "modes")
        source = with_modes(spectrum, block, head, modes)
        mesh = simple.OutputPort(source, 1)
        eigenvalues = {}
        for row in fetch(source, 0):
            if (row["Block"], row["Head"]) == (block, head):
                eigenvalues.setdefault(int(row["Mode"]), []).append(row["Eigenvalue"])
        fields = []
        for mode in modes:
            name = mode_name(block, head, mode)
            association = association_of(mesh, name)
            size = largest(mesh, name, association)
            found = eigenvalues[mode]  # several where the mesh has several parts
            label = f"eigenvalue {found[0]:.4g}" if len(found) == 1 else "right vector"
            title = f"Block {block}, head {head}, mode {mode}"
            fields.append(Field(mesh, name, title, label, (-size, size), DIVERGING, association))
        return dict(name=f"Block {block}, head {head}", fields=fields, rows=1 if len(fields) < 4 else 2)

    return draw("modes_on_mesh", spectrum, look, draw_panels)


@keeps_active_source
def route_on_mesh(routes):
    """From where the chosen points of a FLARERoutes take their information, with these points marked. What its
    property Latent adds to the mesh is not shown."""
    require_filter(routes, "FLARERoutes")

    def look():
        update(routes)
        block, head = routes.Block, routes.Head
        name = f"route_b{block}" + (f"_h{head}" if head >= 0 else "")
        mesh, points = simple.OutputPort(routes, 0), simple.OutputPort(routes, 2)
        association = association_of(mesh, name)
        title = f"Block {block}, " + (f"head {head}" if head >= 0 else "all heads")
        limits = 0, largest(mesh, name, association)  # no share is negative
        label = route_label(points, 0 if head >= 0 else len(column_names(routes, 1)) - 1)
        return dict(field=Field(mesh, name, title, label, limits, "Cividis", association), points=points)

    return draw("route_on_mesh", routes, look, draw_route)


@keeps_active_source
def ensemble_chart(ensemble, block, head):
    """The eigenvalues of a head over the cases of a FLAREEnsembleSpectrum: the median, and the quantiles between which
    most cases lie (its property Quantile)."""
    require_filter(ensemble, "FLAREEnsembleSpectrum")

    def look():
        update(ensemble)
        columns = chosen_columns(ensemble, column_names(ensemble, 2), block, head)
        (column,) = [column for column in columns if column.head == head]
        low = ensemble.Quantile
        lines = [
            Line(f"{column.name} upper", f"quantile {1 - low:g}", shade(0.65), 2, DASHED),
            Line(f"{column.name} lower", f"quantile {low:g}", shade(0.3), 2, DASHED_AND_DOTTED),
            Line(column.name, "median", shade(0.0), 3),
        ]
        titles = f"Block {block}, head {head} over {len(fetch(ensemble, 1))} cases", "mode", "eigenvalue"
        ticks = whole_ticks(len(fetch(ensemble, 2)) - 1)
        return dict(table=simple.OutputPort(ensemble, 2), x="Mode", lines=lines, titles=titles, ticks=ticks)

    return draw("ensemble_chart", ensemble, look, draw_chart)


def lines_of(columns, head):
    """A line per head: of several blocks with a colour each, of one with a colour per head, or one head among grey
    ones. Where there are several meshes, each has lines of its own style."""
    several = len({column.block for column in columns}) > 1
    if head is not None and several:
        raise ValueError(f"Every block has a head {head}: say which block, too (block=0, …).")
    columns.sort(key=lambda column: column.head == head)  # the chosen one is drawn on top
    last = max(column.block if several else column.head for column in columns)
    meshes = meshes_of(columns)
    named, lines = set(), []
    for column in columns:
        text = f"Block {column.block}" if several else f"Head {column.head}"
        label, colour, thickness = text, shade((column.block if several else column.head) / max(last, 1)), 2
        if head is not None:
            chosen = column.head == head
            label, colour, thickness = (text, CHOSEN, 4) if chosen else ("Other heads", OTHERS, 1)
        style = 1
        if len(meshes) > 1:
            style = 1 + meshes.index(column.mesh) % STYLES
            label += f", {column.mesh}"
        lines.append(Line(column.name, "" if label in named else label, colour, thickness, style))
        named.add(label)
    return lines


def of_block(columns):
    blocks = {column.block for column in columns}
    return f", block {blocks.pop()}" if len(blocks) == 1 else ""


def of_one_block(port):
    """Squares of a map in whose Block is what the property of the filter says."""
    return servermanager.filters.Threshold(Input=port, Scalars=["CELLS", "Block"], ThresholdMethod="Between")


def draw_similarity(heat_map):
    servermanager.ParaViewPipelineController().RegisterPipelineProxy(heat_map.data)
    return draw_heat_map(heat_map)


def parts_of(rows, array, gap=0):
    """The meshes of a summary, from the top of a map on, with a row for each number of an array."""
    numbers = {}
    for row in rows:
        numbers.setdefault(row.get("Mesh"), set()).add(row[array])
    parts, top = [], 0.0
    for mesh, found in numbers.items():
        parts.append(Part(short(mesh or ""), top, top - len(found)))
        top -= len(found) + gap
    return parts if len(parts) > 1 else []


def route_label(points, heads):
    points.UpdatePipeline()
    several = points.GetDataInformation().GetNumberOfPoints() > 1
    if heads > 1:
        return f"share of what arrives, sum over {heads} heads"
    return f"share of what arrives at the point{'s' * several}"


def draw_route(field, points):
    view = lay_out(plain_view(), f"Route in {field.title.lower()}", PANEL)
    draw_field(view, field)
    place_camera(view, bounds(field.data))
    mark(view, points)
    return view


def mark(view, points):
    """Balls, which are whole also where two tiles of a large picture meet; points of OpenGL are not."""
    ball = servermanager.sources.Sphere(Radius=MARK * view.CameraParallelScale, ThetaResolution=24)
    balls = servermanager.filters.GlyphWithCustomSource(
        Input=points, GlyphSource=ball, GlyphMode="All Points", OrientationArray=["POINTS", ""],
        ScaleArray=["POINTS", ""], ScaleFactor=1.0,
    )
    display = draw_beside(view, balls, CHOSEN)
    display.UseShaderReplacements, display.ShaderReplacements = 1, ALWAYS_ON_TOP
