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

import re

from paraview import servermanager, simple

from .drawing import DIVERGING, PANEL, Field, Line, bounds, draw_chart, draw_field, draw_panels, fetch, largest
from .drawing import keeps_active_source, lay_out, place_camera, plain_view, shade, values_of
from .exporting import export
from .heat_map import HeatMap, draw_heat_map

__all__ = [
    "eigenvalue_chart", "ensemble_chart", "export", "head_map", "modes_on_mesh", "route_on_mesh", "similarity_map",
    "training_chart",
]

CHOSEN = (0.84, 0.37, 0.00)  # a line among grey ones; the colour-blind tell it from grey, too
OTHERS = (0.72, 0.72, 0.72)
QUANTITIES = {  # of a head: the legend's text, the format of a number
    "EffectiveRank": ("effective rank", "%.1f"),
    "ModesTo90": ("modes to 90 % of the energy", "%d"),
    "ModesTo99": ("modes to 99 % of the energy", "%d"),
    "ModesTo999": ("modes to 99.9 % of the energy", "%d"),
    "SpectralGap": ("gap, 1 - second eigenvalue", "%.2f"),
}


@keeps_active_source
def eigenvalue_chart(spectrum, block=None, head=None):
    """The eigenvalues of a FLARESpectrum on a logarithmic axis, a line per head: of all its blocks, a colour each, or
    of one block, then a colour per head. With head, that line stands out among the others of the block."""
    update(spectrum, "FLARESpectrum")
    columns = chosen_columns(spectrum, column_names(spectrum, 3), block, head)
    title = f"Spectra of the attention heads{of_block(columns)}{of_epoch(spectrum)}"
    return draw_chart(simple.OutputPort(spectrum, 3), "Mode", lines_of(columns, head), (title, "mode", "eigenvalue"))


@keeps_active_source
def training_chart(spectrum, block=None, head=None):
    """The effective rank of the heads of a FLARESpectrum over the epochs of the training, where FLARETrain stored
    spectra (SpectraEvery). Lines as in eigenvalue_chart."""
    update(spectrum, "FLARESpectrum")
    names = column_names(spectrum, 6)
    if len(names) < 2:
        raise ValueError("The model holds no spectra of its training. Train it with SpectraEvery=1, or larger.")
    columns = chosen_columns(spectrum, names, block, head)
    titles = f"Latents at work while the model was trained{of_block(columns)}", "epoch", "effective rank"
    return draw_chart(simple.OutputPort(spectrum, 6), "Epoch", lines_of(columns, head), titles, "TopLeft")


@keeps_active_source
def head_map(spectrum, quantity="EffectiveRank"):
    """A number of each head of a FLARESpectrum, blocks below each other and heads side by side: EffectiveRank,
    ModesTo90, ModesTo99, ModesTo999 or SpectralGap."""
    update(spectrum, "FLARESpectrum")
    if quantity not in QUANTITIES:
        raise ValueError(f"There is no {quantity!r} of a head. There are: {', '.join(QUANTITIES)}.")
    squares = simple.OutputPort(spectrum, 4)
    label, pattern = QUANTITIES[quantity]
    limits = 0, largest(squares, quantity, "CELLS") or 1
    rows, columns = ("block %d", "Block"), ("head %d", "Head")
    return draw_heat_map(HeatMap(squares, quantity, "Heads of the network", label, limits, pattern, rows, columns))


@keeps_active_source
def similarity_map(spectrum, block=None):
    """The heads of a block of a FLARESpectrum against each other: 1 where what one head transports the other can,
    too, 0 where they have nothing in common. Turns CompareHeads on. The block is not needed where there is one."""
    if is_filter(spectrum, "FLARESpectrum"):
        spectrum.CompareHeads = 1
    update(spectrum, "FLARESpectrum")
    blocks = sorted({int(row["Block"]) for row in fetch(spectrum, 2)})
    if block is None and len(blocks) > 1:
        raise ValueError(f"Heads are compared within a block: say which (block=…). {has(spectrum, blocks)}")
    block = blocks[0] if block is None else block
    require_block(spectrum, block, blocks)
    squares = simple.Threshold(Input=simple.OutputPort(spectrum, 5), Scalars=["CELLS", "Block"])
    squares.LowerThreshold = squares.UpperThreshold = block
    squares = simple.ExtractSurface(Input=squares)
    squares.UpdatePipeline()
    rows, columns = ("head %d", "Head"), ("head %d", "OtherHead")
    title = f"Heads of block {block} against each other"
    return draw_heat_map(HeatMap(squares, "Similarity", title, "similarity", (0, 1), "%.2f", rows, columns))


@keeps_active_source
def modes_on_mesh(spectrum, block, head, modes=(1, 2, 3, 4)):
    """Modes of a head (right vectors) on the mesh, a view each, in one layout with one camera. Mode 0 is the constant.
    Where the FLARESpectrum has not got them as arrays, another one beside it computes them."""
    update(spectrum, "FLARESpectrum")
    modes = [modes] if isinstance(modes, int) else list(modes)
    if not modes or min(modes) < 0:
        raise ValueError(f"modes must be numbers from 0, such as [1, 2, 3, 4], not {modes}.")
    if spectrum.Epoch >= 0:
        raise ValueError(
            f"There are no modes of epoch {spectrum.Epoch}: the weights of that time are gone. Set Epoch to -1 for the "
            "modes of the trained model."
        )
    spectrum = with_modes(spectrum, block, head, modes)
    mesh = simple.OutputPort(spectrum, 1)
    eigenvalues = {}
    for row in fetch(spectrum, 0):
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
    return draw_panels(f"Block {block}, head {head}", fields, rows=1 if len(fields) < 4 else 2)


@keeps_active_source
def route_on_mesh(routes):
    """From where the chosen points of a FLARERoutes take their information, with these points marked."""
    update(routes, "FLARERoutes")
    block, head = routes.Block, routes.Head
    name = f"route_b{block}" + (f"_h{head}" if head >= 0 else "")
    mesh = simple.OutputPort(routes, 0)
    association = association_of(mesh, name)
    title = f"Block {block}, " + (f"head {head}" if head >= 0 else "all heads")
    limits = 0, values_of(mesh, name, association).GetRange()[1]
    view = lay_out(plain_view(), f"Route in {title.lower()}", PANEL)
    draw_field(view, Field(mesh, name, title, "share of what arrives at the point", limits, "Cividis", association))
    mark(view, simple.OutputPort(routes, 2))
    place_camera(view, bounds(mesh))
    return view


@keeps_active_source
def ensemble_chart(ensemble, block, head):
    """The eigenvalues of a head over the cases of a FLAREEnsembleSpectrum: the median, and the quantiles between which
    most cases lie (its property Quantile)."""
    update(ensemble, "FLAREEnsembleSpectrum")
    columns = chosen_columns(ensemble, column_names(ensemble, 2), block, head)
    (column,) = [column for column in columns if column.head == head]
    low = ensemble.Quantile
    lines = [
        Line(f"{column.name} upper", f"quantile {1 - low:g}", shade(0.4), 2, 2),
        Line(f"{column.name} lower", f"quantile {low:g}", shade(0.4), 2, 2),
        Line(column.name, "median", shade(0.0), 3),
    ]
    title = f"Block {block}, head {head} over {len(fetch(ensemble, 1))} cases"
    return draw_chart(simple.OutputPort(ensemble, 2), "Mode", lines, (title, "mode", "eigenvalue"))


# What the filters have, and what they lack.


class Column:
    """A head's column of a chart's table."""

    def __init__(self, name, block, head):
        self.name, self.block, self.head = name, int(block), int(head)


def is_filter(proxy, name):
    return isinstance(proxy, servermanager.Proxy) and proxy.GetXMLName() == name


def update(proxy, name):
    """Runs a filter. What it reports as its problem is raised."""
    if not is_filter(proxy, name):
        raise TypeError(f"This view is of a {name}, not of {proxy!r}.")
    proxy.UpdatePipeline()
    proxy.UpdatePropertyInformation()
    problem = list(proxy.GetPropertyValue("Problem") or [])
    if problem:
        where = f" (property {problem[0]})" if problem[0] else ""
        raise RuntimeError(f"{name} has nothing to show: {problem[1]}{where}")


def lines_of(columns, head):
    """A line per head: of several blocks with a colour each, of one with a colour per head, or one head among grey
    ones."""
    several = len({column.block for column in columns}) > 1
    if head is not None and several:
        raise ValueError(f"Every block has a head {head}: say which block, too (block=0, …).")
    columns.sort(key=lambda column: column.head == head)  # the chosen one is drawn on top
    last = max(column.block if several else column.head for column in columns)
    named, lines = set(), []
    for column in columns:
        text = f"Block {column.block}" if several else f"Head {column.head}"
        label, colour, thickness = text, shade((column.block if several else column.head) / max(last, 1)), 2
        if head is not None:
            chosen = column.head == head
            label, colour, thickness = (text, CHOSEN, 4) if chosen else ("Other heads", OTHERS, 1)
        lines.append(Line(column.name, "" if label in named else label, colour, thickness))
        named.add(label)
    return lines


def of_block(columns):
    blocks = {column.block for column in columns}
    return f", block {blocks.pop()}" if len(blocks) == 1 else ""


def of_epoch(spectrum):
    return f", after epoch {spectrum.Epoch}" if spectrum.Epoch >= 0 else ""


def column_names(proxy, port):
    table = servermanager.Fetch(proxy, idx=port)
    return [table.GetColumnName(i) for i in range(table.GetNumberOfColumns())]


def chosen_columns(proxy, names, block, head):
    """The columns of a block; None: of all. A head that is given has to be there."""
    matches = [re.fullmatch(r"(?:.* )?Block (\d+) Head (\d+)", name) for name in names]
    columns = [Column(match[0], match[1], match[2]) for match in matches if match]
    if block is not None:
        require_block(proxy, block, sorted({column.block for column in columns}))
        columns = [column for column in columns if column.block == block]
    if head is not None:
        require_head(head, sorted({column.head for column in columns}))
    return columns


def has(proxy, blocks):
    text = f"This {proxy.GetXMLName()} has the block{'s' * (len(blocks) > 1)} {', '.join(map(str, blocks))}"
    return text + (f" (its property Block is {proxy.Block}; -1 stands for all)." if proxy.Block >= 0 else ".")


def require_block(proxy, block, blocks):
    if block not in blocks:
        raise ValueError(f"There is no block {block}. {has(proxy, blocks)}")


def require_head(head, heads):
    if head not in heads:
        raise ValueError(f"There is no head {head}. The heads are {', '.join(map(str, heads))}.")


def association_of(mesh, array):
    mesh.UpdatePipeline()
    return "POINTS" if array in mesh.PointData.keys() else "CELLS"


def mode_name(block, head, mode):
    return f"mode_b{block}_h{head}_{mode}"


def with_modes(spectrum, block, head, modes):
    """The FLARESpectrum if it has these modes as arrays, else another one that has."""
    heads = fetch(spectrum, 2)
    blocks = sorted({int(row["Block"]) for row in heads})
    if spectrum.Block < 0:
        require_block(spectrum, block, blocks)
    require_head(head, sorted({int(row["Head"]) for row in heads}))
    names = {mode_name(block, head, mode) for mode in modes}
    if names <= arrays_of(spectrum):
        return spectrum
    other = beside(spectrum)
    other.CompareHeads = other.AllBlocks = other.FirstMode = 0  # no more than these modes need
    other.Block, other.Head, other.NumberOfModes = block, head, max(modes) + 1
    update(other, "FLARESpectrum")
    missing = sorted(names - arrays_of(other))
    if missing:
        offered = len([name for name in arrays_of(other) if name.startswith("mode_")])
        simple.Delete(other)
        raise ValueError(
            f"Block {block}, head {head} has no {', '.join(missing)}: the eigenvalues of all but its first "
            f"{offered} modes are below 1e-10, and such modes are not offered."
        )
    return other


def beside(proxy):
    """Another filter with the settings of this one."""
    controller = servermanager.ParaViewPipelineController()
    other = getattr(servermanager.filters, proxy.GetXMLName())()
    controller.PreInitializeProxy(other)
    other.SMProxy.Copy(proxy.SMProxy)
    controller.PostInitializeProxy(other)
    controller.RegisterPipelineProxy(other)
    return other


def arrays_of(spectrum):
    mesh = simple.OutputPort(spectrum, 1)
    return {*mesh.PointData.keys(), *mesh.CellData.keys()}


def mark(view, points):
    display = simple.Show(points, view)
    display.Representation = "Points"
    display.ColorArrayName = [None, ""]
    display.AmbientColor = display.DiffuseColor = CHOSEN
    display.PointSize = 12
    display.RenderPointsAsSpheres = 1
    display.Ambient, display.Diffuse = 1.0, 0.0
