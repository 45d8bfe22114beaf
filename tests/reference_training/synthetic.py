"""A small data set with everything that training must deal with: meshes of different sizes, every kind of input
channel, float32 and float64 arrays, a vector with a constant component, and a field that almost vanishes."""

import json

import numpy as np
from safetensors.numpy import save_file

CASES = 9
VALIDATION = [2, 5]  # case 5 is the one whose field almost vanishes: its error has the floor as denominator


def write_data_set(path, seed=7):
    generator = np.random.default_rng(seed)
    tensors, cases = {}, []
    for i in range(CASES):
        load, frequency, time = generator.uniform([0.5, 1.0, 0.0], [2.0, 3.0, 1.0])
        count = int(generator.integers(40, 160))
        points = generator.uniform([10.0, -1.0, 0.0], [14.0, 1.0, 0.2], (count, 3)).astype(np.float32)
        x, y, z = points.astype(np.float64).T
        radius = np.hypot(x - 12.0, y)
        flow = load * np.stack([np.sin(frequency * x) * y, np.cos(frequency * y) + time * z, 0 * x], axis=1)
        pressure = 1e5 * (load / (1.0 + radius**2) + 0.1 * time * x)
        tensors[f"{i:06d}/points"] = points
        tensors[f"{i:06d}/inputs/0"] = radius
        tensors[f"{i:06d}/inputs/1"] = np.stack([x - 12.0, y], axis=1).astype(np.float32)
        tensors[f"{i:06d}/targets/0"] = flow * (1e-5 if i == VALIDATION[1] else 1.0)
        tensors[f"{i:06d}/targets/1"] = pressure
        cases.append({"name": f"case {i}", "parameters": [load, frequency], "time": time})
    description = {
        "association": "points",
        "inputs": [field("radius", 1), field("offset", 2)],
        "parameters": [{"name": "load", "unit": ""}, {"name": "frequency", "unit": ""}],
        "use_time": True,
        "targets": [field("flow", 3), field("pressure", 1)],
        "cases": cases,
    }
    metadata = {"format": "paraflare-dataset", "version": "1", "dataset": json.dumps(description)}
    save_file(tensors, path, metadata=metadata)


def field(name, components):
    return {
        "name": name,
        "components": components,
        "component_names": [],
        "unit": "",
        "averaged": False,
    }
