"""Trains 200 steps on a GPU, with the engine and with train.py: the engine's loss curve is as near to a double run's as
PyTorch's own curves in the same precision are.

    test_gpu.py ENGINE_RUN      (exit code 77: no GPU)
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from dataset_file import read_data_set
from recipe import Recipe
from synthetic import VALIDATION, write_data_set
from train import Training, shuffle_points

SEED = 3
STEPS = 200
POINT_ORDERS = (None, 1, 2, 3, 4)  # the data's own and four others
MOST_TIMES_FARTHER = 3.0


def distance(losses, exact):
    return np.abs(np.asarray(losses) / np.asarray(exact) - 1).max()


class Gpu(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        write_data_set(cls.path / "data")
        cls.data = read_data_set(cls.path / "data")
        cls.run_engine("drawn", "float32", 1)
        cls.initial = cls.path / "drawn.initial"
        with safe_open(cls.initial, "np") as file:
            cls.recipe = Recipe.from_json(json.loads(file.metadata()["training"])["recipe"])
        cls.exact = cls.run_pytorch("float64")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_engine(cls, name, precision, epochs, weights=None):
        path = cls.path / name
        command = [PROGRAM, cls.path / "data", "--recipe", "published", "--epochs", epochs, "--seed", SEED]
        command += ["--device", "cuda", "--precision", precision, "--validation", ",".join(map(str, VALIDATION))]
        for file in ("initial", "losses"):
            command += [f"--{file}", path.with_suffix("." + file)]
        if weights:
            command += ["--weights", weights]
        subprocess.run([str(word) for word in command], check=True)
        return json.loads(path.with_suffix(".losses").read_text())["losses"]

    @classmethod
    def run_pytorch(cls, precision, point_order=None):
        data = cls.data if point_order is None else shuffle_points(cls.data, point_order)
        narrow = precision == "bfloat16"
        dtype = torch.float64 if precision == "float64" else torch.float32
        training = Training(data, cls.recipe, SEED, VALIDATION, STEPS, dtype, load_file(cls.initial), "cuda")
        with torch.autocast("cuda", torch.bfloat16) if narrow else contextlib.nullcontext():
            return [training.step() for _ in range(STEPS)]

    def check(self, precision):
        ours = self.run_engine(precision, precision, STEPS // 4, self.initial)  # 7 training cases, 2 a step
        self.assertEqual(len(ours), STEPS)
        spread = [distance(self.run_pytorch(precision, order), self.exact) for order in POINT_ORDERS]
        print(f"{precision}: {distance(ours, self.exact):.2e} from the double curve; PyTorch: {max(spread):.2e}")
        self.assertLessEqual(distance(ours, self.exact), MOST_TIMES_FARTHER * max(spread))

    def test_float32(self):
        self.check("float32")

    def test_bfloat16(self):
        self.check("bfloat16")


if __name__ == "__main__":
    if not torch.cuda.is_available():
        print("skipped: PyTorch finds no GPU")
        sys.exit(77)
    PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
