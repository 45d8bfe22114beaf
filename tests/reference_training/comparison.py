"""What comparisons of the engine's training with train.py's share: one data set, and weights from which both start."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file

from dataset_file import read_data_set
from recipe import Recipe
from synthetic import VALIDATION, write_data_set
from train import Training, shuffle_points

SEED = 3
STEPS_PER_EPOCH = {"published": 4, "quick look": 2, "balanced": 2}  # 7 training cases, 2 or 4 per step
POINT_ORDERS = (None, 1, 2, 3, 4)  # the data's own and four others

# A curve may be so many times as far from the double one as PyTorch's own, the largest over the orders of the points.
MOST_TIMES_FARTHER = 3.0


def relative(a, b):
    return np.abs(np.asarray(a) / np.asarray(b) - 1).max()


class Comparison(unittest.TestCase):
    program = recipe_name = None  # set before the tests run
    device = "cpu"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        write_data_set(cls.path / "data")
        cls.data = read_data_set(cls.path / "data")
        # Weights that float32 represents: the runs of all precisions start from the same numbers.
        cls.run_engine("drawn", "float32", steps=1)
        cls.initial = cls.path / "drawn.initial"
        with safe_open(cls.initial, "np") as file:
            cls.record = json.loads(file.metadata()["training"])
        cls.recipe = Recipe.from_json(cls.record["recipe"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_engine(cls, name, precision, steps, weights=None):
        """Losses and errors of the engine's run over at least so many steps: whole epochs."""
        path = cls.path / name
        epochs = -(-steps // STEPS_PER_EPOCH[cls.recipe_name])
        command = [cls.program, cls.path / "data", "--recipe", cls.recipe_name, "--epochs", epochs, "--seed", SEED]
        command += ["--device", cls.device, "--precision", precision]
        command += ["--validation", ",".join(map(str, VALIDATION))]
        for file in ("initial", "final", "losses"):
            command += [f"--{file}", path.with_suffix("." + file)]
        if weights:
            command += ["--weights", weights]
        subprocess.run([str(word) for word in command], check=True)
        return json.loads(path.with_suffix(".losses").read_text())

    @classmethod
    def run_reference(cls, dtype, steps, point_order=None):
        data = cls.data if point_order is None else shuffle_points(cls.data, point_order)
        weights = load_file(cls.initial)
        training = Training(data, cls.recipe, SEED, VALIDATION, steps, dtype, weights, cls.device)
        return training, [training.step() for _ in range(steps)]
