#!/usr/bin/env python3
"""Checkpoints as PyTorch itself writes them, imported: the forms that torch.save gives to weights, and the
things that people keep beside them.

    python_checkpoints.py FLARE_PROGRAM FIXTURES
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file

FLARE = sys.argv[1]
SOURCE = pathlib.Path(sys.argv[2]) / "flare_py"
STATE = load_file(SOURCE / "model.safetensors")
CONFIG = json.loads((SOURCE / "config.json").read_text())


def imported(folder, content, **how):
    torch.save(content, folder / "checkpoint.pt", **how)
    command = [FLARE, "import", folder / "checkpoint.pt", "--inputs", "coordinates", "--targets", "u:2", "-o", folder / "model"]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def loads(folder, content, expected=STATE):
    done = imported(folder, content)
    assert done.returncode == 0, done.stderr
    read = load_file(folder / "model")
    assert set(read) == set(expected)
    for name, tensor in expected.items():
        assert read[name].dtype == tensor.dtype and torch.equal(read[name], tensor), name


def refused(folder, content, says, **how):
    done = imported(folder, content, **how)
    assert done.returncode == 1 and says in done.stderr, done.stderr


def check(folder):
    ordered = collections.OrderedDict(STATE)
    ordered._metadata = {"": {"version": 1}}
    (folder / "config.json").write_text(json.dumps(CONFIG))
    loads(folder, STATE)
    loads(folder, ordered)
    loads(folder, {"module." + name: torch.nn.Parameter(tensor) for name, tensor in STATE.items()})
    loads(folder, {n: t.double() for n, t in STATE.items()}, {n: t.double() for n, t in STATE.items()})
    loads(folder, {n: t.half() for n, t in STATE.items()}, {n: t.half().float() for n, t in STATE.items()})
    # Views of one storage, transposed.
    loads(folder, {n: t.t().contiguous().t() if t.dim() == 2 else t for n, t in STATE.items()})
    flat = torch.cat([t.flatten() for t in STATE.values()])
    parts = flat.split([t.numel() for t in STATE.values()])
    loads(folder, {n: part.view(t.shape) for (n, t), part in zip(STATE.items(), parts)})

    beside = {"epoch": 10**12, "seed": 2**100, "negative": -5, "one": [1.5], "none": None, "nested": [[1], {"a": (1, 2)}],
              "arguments": argparse.Namespace(lr=0.1), "folder": pathlib.PosixPath("/tmp"), "names": {"a", "b"},
              "array": np.arange(3), "number": np.float64(0.5), "type": torch.float16, "size": torch.Size([2, 3]),
              "device": torch.device("cpu"), "counter": collections.Counter([1, 2]), "bytes": b"abc",
              "complex": 1 + 2j, "generator": torch.get_rng_state(), "empty": {}, "list": []}
    for key, value in beside.items():
        loads(folder, {"model_state": ordered, key: value})
    loads(folder, {"model_state": ordered, **beside})

    (folder / "config.json").unlink()
    loads(folder, {"model_state": ordered, "config": CONFIG})
    refused(folder, {"model_state": ordered}, "--config")
    refused(folder, {"model_state": ordered, "config": CONFIG}, "protocol 2", pickle_protocol=4)
    refused(folder, {"model_state": ordered, "config": CONFIG}, "before version 1.6", _use_new_zipfile_serialization=False)
    refused(folder, {"weights": ordered, "config": CONFIG}, "it holds 'weights'")
    refused(folder, [1, 2, 3], "does not hold a dictionary")
    refused(folder, {"model_state": ordered, "config": CONFIG | {"num_heads": 5}}, "'num_heads'")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        check(pathlib.Path(temporary))
    print("ok")
