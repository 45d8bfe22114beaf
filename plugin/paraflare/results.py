"""What the filters whose results are drawn have, and what they lack."""

import operator
import re

from paraview import servermanager, simple

from .drawing import array_names, fetch
from .drawn import is_registered, now

# What a FLARESpectrum that computes modes has of its own; all else is that of the one beside it.
OWN = {"AllBlocks", "Block", "CompareHeads", "Epoch", "FirstMode", "Head", "NumberOfModes"}


class Column:
    """A head's column of a chart's table, and the mesh where there are several."""

    def __init__(self, name, mesh, block, head):
        self.name, self.mesh, self.block, self.head = name, short(mesh or ""), int(block), int(head)


def short(mesh):
    """The filters name the mesh of a block of data after it. Here, block is one of the network."""
    return mesh.removeprefix("block ")


def is_filter(proxy, name):
    return isinstance(proxy, servermanager.Proxy) and proxy.GetXMLName() == name


def require_filter(proxy, name):
    if not is_filter(proxy, name):
        raise TypeError(f"This view is of a {name}, not of {proxy!r}.")


def update(proxy):
    """Runs a filter at the time that views show. What it reports as its problem is raised."""
    proxy.UpdatePipeline(now())
    proxy.UpdatePropertyInformation()
    problem = list(proxy.GetPropertyValue("Problem") or [])
    if problem:
        where = f" (property {problem[0]})" if problem[0] else ""
        raise RuntimeError(f"{proxy.GetXMLName()} has nothing to show: {problem[1]}{where}")


def stored_epoch(spectrum):
    """The epoch whose spectra a FLARESpectrum shows: the last one stored up to its Epoch. -1: those of the model."""
    stored = [epoch for epoch in spectrum.GetPropertyValue("Epochs") or [] if epoch <= spectrum.Epoch]
    return max(stored, default=spectrum.Epoch)


def of_epoch(spectrum):
    return f", after epoch {stored_epoch(spectrum)}" if spectrum.Epoch >= 0 else ""


def require_weights(spectrum, what):
    if spectrum.Epoch >= 0:
        raise ValueError(
            f"There are no {what} of epoch {stored_epoch(spectrum)}: the weights of that time are gone. Set Epoch to "
            f"-1 for the {what} of the trained model."
        )


def column_names(proxy, port):
    table = servermanager.Fetch(proxy, idx=port)
    return [table.GetColumnName(i) for i in range(table.GetNumberOfColumns())]


def chosen_columns(proxy, names, block, head):
    """The columns of a block; None: of all. A head that is given has to be there."""
    matches = [re.fullmatch(r"(?:(.*) )?Block (\d+) Head (\d+)", name) for name in names]
    columns = [Column(match[0], match[1], match[2], match[3]) for match in matches if match]
    if block is not None:
        require_block(proxy, block, sorted({column.block for column in columns}))
        columns = [column for column in columns if column.block == block]
    if head is not None:
        require_head(head, sorted({column.head for column in columns}))
    return columns


def meshes_of(columns):
    """The names of the meshes; none where there is one."""
    return list(dict.fromkeys(column.mesh for column in columns if column.mesh))


def whole(name, value):
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}.") from None


def has(proxy, blocks):
    text = f"This {proxy.GetXMLName()} has the block{'s' * (len(blocks) > 1)} {', '.join(map(str, blocks))}"
    return text + (f" (its property Block is {proxy.Block}; -1 stands for all)." if proxy.Block >= 0 else ".")


def require_block(proxy, block, blocks):
    if whole("block", block) not in blocks:
        raise ValueError(f"There is no block {block}. {has(proxy, blocks)}")


def require_head(head, heads):
    if whole("head", head) not in heads:
        raise ValueError(f"There is no head {head}. The heads are {', '.join(map(str, heads))}.")


def whole_modes(modes):
    """Modes as a list of numbers from 0."""
    given = modes
    if not hasattr(modes, "__iter__"):
        modes = [modes]
    try:
        modes = [whole("a mode", mode) for mode in modes]
    except ValueError:
        modes = []
    if not modes or min(modes) < 0:
        raise ValueError(f"modes must be whole numbers from 0, such as [1, 2, 3, 4], not {given!r}.")
    return modes


def association_of(mesh, array):
    return "POINTS" if array in array_names(mesh, "POINTS") else "CELLS"


def mode_name(block, head, mode):
    return f"mode_b{block}_h{head}_{mode}"


def with_modes(spectrum, block, head, modes):
    """The FLARESpectrum if it has these modes as arrays, else the one beside it for this head, which then has."""
    heads = fetch(spectrum, 2)
    if whole("block", block) < 0 or spectrum.Block < 0:
        require_block(spectrum, block, sorted({int(row["Block"]) for row in heads}))
    require_head(head, sorted({int(row["Head"]) for row in heads}))
    if arrays_of(spectrum).issuperset(mode_name(block, head, mode) for mode in modes):
        return spectrum
    other, before = beside(spectrum, block, head)
    other.NumberOfModes = max(before, max(modes) + 1)
    try:
        update(other)
        require_modes(other, block, head, modes)
    except (RuntimeError, ValueError):
        if before:
            other.NumberOfModes = before
        else:
            simple.Delete(other)
        raise
    return other


def require_modes(spectrum, block, head, modes):
    latents = 1 + max(int(row["Mode"]) for row in fetch(spectrum, 0))
    if max(modes) >= latents:
        raise ValueError(
            f"There is no mode {max(modes)} of block {block}, head {head}: it has {latents} latents, so its modes are "
            f"0 to {latents - 1}."
        )
    arrays = arrays_of(spectrum)
    missing = [mode for mode in modes if mode_name(block, head, mode) not in arrays]
    if missing:
        offered = len([name for name in arrays if name.startswith("mode_")])
        raise ValueError(
            f"Block {block}, head {head} has no mode {', '.join(map(str, missing))} on the mesh: the eigenvalues of "
            f"all but its first {offered} modes are below 1e-10, and such modes are not offered."
        )


def beside(spectrum, block, head):
    """Another FLARESpectrum with the settings of this one, for the modes of a head, and how many modes it has so far.
    There is one for each head, whatever is asked of it."""
    found = spectrum.SMProxy.paraflare_modes = getattr(spectrum.SMProxy, "paraflare_modes", {})
    other = found.get((block, head))
    if other is not None and is_registered(other):
        copy_settings(spectrum, other)
        return other, other.NumberOfModes
    controller = servermanager.ParaViewPipelineController()
    other = found[block, head] = servermanager.filters.FLARESpectrum()
    controller.PreInitializeProxy(other)
    copy_settings(spectrum, other)
    controller.PostInitializeProxy(other)
    other.AllBlocks = other.CompareHeads = other.FirstMode = 0
    other.Epoch, other.Block, other.Head = -1, block, head
    controller.RegisterPipelineProxy(other)
    return other, 0


def copy_settings(one, other):
    """All but those that are a filter's own. What is equal is not set again: the filter would run again."""
    for name in one.ListProperties():
        source, target = (proxy.SMProxy.GetProperty(name) for proxy in (one, other))
        if name not in OWN and source.GetInformationOnly() == 0:
            target.Copy(source)
    other.UpdateVTKObjects()


def arrays_of(spectrum):
    mesh = simple.OutputPort(spectrum, 1)
    return array_names(mesh, "POINTS") | array_names(mesh, "CELLS")
