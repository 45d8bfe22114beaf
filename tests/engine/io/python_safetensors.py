#!/usr/bin/env python3
"""Model files load in Python with the safetensors package: names, numbers and the description.

    python_safetensors.py FLARE_PROGRAM FIXTURES
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

VARIANTS = {"": 2, "variant_norms": 3, "variant_ratios": 1, "variant_linear": 4}


def check(flare, fixtures, variant, folder):
    source = fixtures / "flare_py" / variant
    config = json.loads((source / "config.json").read_text())
    inputs = ["coordinates"] + ([f"a:{config['in_dim'] - 3}"] if config["in_dim"] > 3 else [])
    model = folder / "model.safetensors"
    subprocess.run([flare, "import", source / "model.pt", "--inputs", ",".join(inputs),
                    "--targets", f"u:{VARIANTS[variant]}", "-o", model], check=True, stdout=subprocess.DEVNULL)

    expected = load_file(source / "model.safetensors")
    with safe_open(model, "numpy") as file:
        metadata = file.metadata()
        assert set(file.keys()) == set(expected)
        for name, numbers in expected.items():
            read = file.get_tensor(name)
            assert read.dtype == numbers.dtype and np.array_equal(read, numbers), name

    assert metadata["format"] == "paraflare" and metadata["version"] == "1"
    architecture = json.loads(metadata["architecture"])
    config["act"] = config["act"] or "gelu"
    config["num_heads"] = config["num_heads"] or config["channel_dim"] // 8
    assert architecture == config, (architecture, config)
    assert json.loads(metadata["inputs"])["channels"][:3] == ["x", "y", "z"]
    assert len(json.loads(metadata["inputs"])["channels"]) == config["in_dim"]
    assert len(json.loads(metadata["outputs"])["channels"]) == config["out_dim"]
    assert json.loads(metadata["normalisation"])["targets"]["scale"] == [1.0] * config["out_dim"]
    assert json.loads(metadata["training"])["recipe"]["name"] == "Imported"
    assert json.loads(metadata["envelope"]) == {"minimum": [], "maximum": []}


def main():
    flare, fixtures = sys.argv[1], pathlib.Path(sys.argv[2])
    for variant in VARIANTS:
        with tempfile.TemporaryDirectory() as folder:
            check(flare, fixtures, variant, pathlib.Path(folder))
        print(variant or "defaults", "ok")


if __name__ == "__main__":
    main()
