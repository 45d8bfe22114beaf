"""What the attention heads of a model of the plates do, in numbers, for scripts/spectra_pictures.py."""

import json
import sys
from pathlib import Path

import numpy as np
from paraview import servermanager
from paraview.simple import Delete, XMLUnstructuredGridReader
from vtkmodules.util.numpy_support import vtk_to_numpy

# Behind ParaView's own packages.
sys.path.append(str(Path(__file__).resolve().parent.parent / ".deps/venv/lib/python3.11/site-packages"))
from safetensors import safe_open
from safetensors.numpy import save_file

NEAR = 5e-3  # metres from the hole's edge
NAMES = {
    "rank": "effective rank",
    "second": "second eigenvalue",
    "listened": "share of the points with 90 % of the weight",
    "near": "weight within 5 mm of the hole",
}


def write_without(model, places, path):
    """The model with the queries of heads at zero: their scores are equal, so they hand out the plain mean alone."""
    with safe_open(model, "np") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    heads = json.loads(metadata["architecture"])["num_heads"]
    for block, head in places:
        # The memory of the queries is [heads, latents, width].
        tensors[f"blocks.{block}.att.latent_q"].reshape(heads, -1)[head] = 0
    save_file(tensors, path, metadata)


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
    """Fields on the points of a plate that its geometry or its solution gives."""

    def __init__(self, mesh):
        points = vtk_to_numpy(mesh.GetPoints().GetData())[:, :2].astype(float)
        hole = hole_edge(mesh, points)
        distance = np.linalg.norm(points[:, None] - hole[None], axis=-1).min(axis=1)
        self.near = distance < NEAR
        self.fields = {
            "log of the distance from the hole": np.log(distance + 1e-3),
            "above or below the hole": np.sign(points[:, 1] - hole[:, 1].mean()),
            "left or right of the hole": np.sign(points[:, 0] - hole[:, 0].mean()),
            "x": points[:, 0],
            "y": points[:, 1],
            "von Mises stress": vtk_to_numpy(mesh.GetPointData().GetArray("von_mises")).astype(float),
        }


def hole_edge(mesh, points):
    """Edges that have one triangle only are the plate's sides and the hole's edge."""
    counts = {}
    for i in range(mesh.GetNumberOfCells()):
        ids = [mesh.GetCell(i).GetPointId(k) for k in range(3)]
        for edge in ((0, 1), (1, 2), (2, 0)):
            ends = tuple(sorted(ids[k] for k in edge))
            counts[ends] = counts.get(ends, 0) + 1
    edge = points[sorted({i for ends, count in counts.items() if count == 1 for i in ends})]
    low, high = points.min(axis=0) + 1e-6, points.max(axis=0) - 1e-6
    return edge[((edge > low) & (edge < high)).all(axis=1)]


def head_numbers(plate, eigenvalues, right, left):
    """What a head does on a plate; rows of right and left are its modes. The first left one is its weights."""
    share = eigenvalues / eigenvalues.sum()
    weights = np.sort(left[0])[::-1]
    numbers = {
        "rank": np.exp(-(share * np.log(np.maximum(share, 1e-300))).sum()),
        "second": eigenvalues[1],
        "listened": (np.searchsorted(np.cumsum(weights), 0.9) + 1) / len(weights),
        "near": left[0][plate.near].sum(),
    }
    for mode in range(1, min(3, len(right))):
        for name, field in plate.fields.items():
            numbers[f"mode {mode}, {name}"] = abs(np.corrcoef(right[mode], field)[0, 1])
    return numbers


def findings(spectrum_filter, model, files):
    """For each head the numbers of all plates: {(block, head): {name: array}}."""
    with safe_open(model, "np") as file:
        network = json.loads(file.metadata()["architecture"])
    blocks, heads = network["num_blocks"], network["num_heads"]
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
