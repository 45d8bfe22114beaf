"""What the attention heads of a model of the plates do, in numbers, for scripts/spectra_pictures.py."""

import json
import struct
from pathlib import Path

import numpy as np
from paraview import servermanager
from paraview.simple import Delete, XMLUnstructuredGridReader
from vtkmodules.util.numpy_support import vtk_to_numpy


def architecture(model):
    """Blocks, heads and latents of each block."""
    header, _, _ = opened(model)
    network = json.loads(header["__metadata__"]["architecture"])
    return network["num_blocks"], network["num_heads"]


def opened(model):
    """The header of a safetensors file, and its data; and where they begin."""
    content = Path(model).read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + size]), bytearray(content), 8 + size


def write_without(model, block, head, heads, path):
    """The model with the queries of a head at zero: its scores are equal, so it hands out the plain mean alone."""
    header, content, start = opened(model)
    first, last = header[f"blocks.{block}.att.latent_q"]["data_offsets"]
    part = (last - first) // heads  # the memory of the queries is [heads, latents, width]
    content[start + first + head * part : start + first + (head + 1) * part] = bytes(part)
    Path(path).write_bytes(content)


def stress_error(evaluate, plates, model):
    """The mean relative error of the stress over the plates."""
    score = evaluate(Input=plates, ModelFile=str(model))
    score.UpdatePipeline()
    table = servermanager.Fetch(score, idx=1)
    fields = [table.GetColumnByName("Field").GetValue(row) for row in range(table.GetNumberOfRows())]
    error = table.GetColumnByName("MeanRelativeL2").GetValue(fields.index("von_mises"))
    Delete(score)
    return error


class Plate:
    """Points of a plate, their distances from its hole's edge, the mean distance between two of them."""

    def __init__(self, mesh):
        self.points = vtk_to_numpy(mesh.GetPoints().GetData())[:, :2].astype(float)
        self.fields = {
            "log of the distance from the hole": np.log(self.from_hole(mesh) + 1e-3),
            "x": self.points[:, 0],
            "y": self.points[:, 1],
            "von Mises stress": vtk_to_numpy(mesh.GetPointData().GetArray("von_mises")).astype(float),
        }
        self.apart = np.linalg.norm(self.points[:, None] - self.points[None], axis=-1)

    def from_hole(self, mesh):
        """Edges with one triangle are the plate's sides and the hole's edge."""
        counts = {}
        for i in range(mesh.GetNumberOfCells()):
            ids = [mesh.GetCell(i).GetPointId(k) for k in range(3)]
            for edge in ((0, 1), (1, 2), (2, 0)):
                ends = tuple(sorted(ids[k] for k in edge))
                counts[ends] = counts.get(ends, 0) + 1
        edge = self.points[sorted({i for ends, count in counts.items() if count == 1 for i in ends})]
        low, high = self.points.min(0), self.points.max(0)
        inside = ((edge > low + 1e-6) & (edge < high - 1e-6)).all(axis=1)
        return np.linalg.norm(self.points[:, None] - edge[inside][None], axis=-1).min(axis=1)


def head_numbers(plate, eigenvalues, right, left):
    """What a head does on a plate; rows of right and left are its modes."""
    mixing = (right.T * eigenvalues[: len(right)]) @ left
    weights = np.sort(left[0])[::-1]
    numbers = {
        "second": eigenvalues[1],
        "listened": (np.searchsorted(np.cumsum(weights), 0.9) + 1) / len(weights),
        "reach": (mixing * plate.apart).sum(axis=1).mean() / plate.apart.mean(),
        "hole": (left[0] * (plate.fields["log of the distance from the hole"] < np.log(6e-3))).sum(),
    }
    share = eigenvalues / eigenvalues.sum()
    numbers["rank"] = np.exp(-(share * np.log(np.maximum(share, 1e-300))).sum())
    for mode in range(1, min(3, len(right))):
        for name, field in plate.fields.items():
            numbers[f"mode {mode}, {name}"] = abs(np.corrcoef(right[mode], field)[0, 1])
    return numbers


def findings(spectrum_filter, model, files):
    """For each head the numbers of all plates: {(block, head): {name: array}}."""
    blocks, heads = architecture(model)
    found = {}
    for file in files:
        reader = XMLUnstructuredGridReader(FileName=[str(file)])
        plate = Plate(servermanager.Fetch(reader))
        for block in range(blocks):
            spectrum = spectrum_filter(Input=reader, ModelFile=str(model), Block=block, NumberOfModes=10**6)
            spectrum.UpdatePipeline()
            table, mesh = servermanager.Fetch(spectrum, idx=0), servermanager.Fetch(spectrum, idx=1)
            of_head = vtk_to_numpy(table.GetColumnByName("Head"))
            values = vtk_to_numpy(table.GetColumnByName("Eigenvalue"))
            for head in range(heads):
                vectors = [modes(mesh, kind, block, head) for kind in ("mode", "left")]
                numbers = head_numbers(plate, values[of_head == head], *vectors)
                for name, value in numbers.items():
                    found.setdefault((block, head), {}).setdefault(name, []).append(value)
            Delete(spectrum)
        Delete(reader)
    return {place: {name: np.array(values) for name, values in one.items()} for place, one in found.items()}


def modes(mesh, kind, block, head):
    vectors, data = [], mesh.GetPointData()
    while data.HasArray(f"{kind}_b{block}_h{head}_{len(vectors)}"):
        vectors.append(vtk_to_numpy(data.GetArray(f"{kind}_b{block}_h{head}_{len(vectors)}")).astype(float))
    return np.array(vectors)
