"""Reads the engine's data set files (docs/files.md)."""

import json

import numpy as np
from safetensors import safe_open

from dataset import Case, DataSet


def read_data_set(path):
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["dataset"])
        cases = [read_case(file, i, case, description) for i, case in enumerate(description["cases"])]
    return DataSet(cases, [(field["name"], field["components"]) for field in description["targets"]])


def read_case(file, index, case, description):
    def array(name):
        values = file.get_tensor(f"{index:06d}/{name}").astype(np.float64)
        return values.reshape(len(values), -1)

    points = array("points")
    constants = case["parameters"] + ([case["time"]] if description["use_time"] else [])
    inputs = [array(f"inputs/{k}") for k in range(len(description["inputs"]))]
    targets = [array(f"targets/{k}") for k in range(len(description["targets"]))]
    return Case(
        case["name"],
        np.hstack([points, *inputs, np.tile(constants, (len(points), 1))]),
        np.hstack(targets),
    )
