"""Trains with the engine and with train.py from the same weights, and compares losses, weights and errors.

    test_engine.py ENGINE_RUN RECIPE      (quick_look, balanced or published)
"""

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
from synthetic import CASES, VALIDATION, write_data_set
from train import Training, shuffle_points

SEED = 3
POINT_ORDERS = (None, 1, 2, 3, 4)  # the data's own and four others
SHORT, LONG = 20, 50  # steps

# Both sides do the same operations in double, in another order: a step rounds sums of at most some thousand
# terms over some dozen layers, which leaves 1e-13 at most. Training multiplies a difference by its steps'
# curvature; a factor of 1e4 is left for that. An error of the method is above this by far: the smallest
# number of a recipe, AdamW's epsilon, is felt at 1e-8, and a schedule off by one step at 1e-2.
DOUBLE = 1e-9

# The required agreement in float32 over the short run: rounding is 6e-8 per operation. Muon brings the smallest
# singular values of a gradient, which are rounding alone, up to 1, so that its recipes drift apart sooner.
SINGLE = {"published": 1e-5, "quick look": 2e-3, "balanced": 2e-3}

# Over the long run float32 is judged by what PyTorch's own float32 does to the same curve.
MOST_TIMES_FARTHER = 3.0


def relative(a, b):
    return np.abs(np.asarray(a) / np.asarray(b) - 1).max()


class Engine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        write_data_set(cls.path / "data")
        cls.data = read_data_set(cls.path / "data")
        # Weights that float32 represents: the runs of both precisions start from the same numbers.
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
        per_epoch = {"published": 4}.get(RECIPE, 2)  # 7 training cases, 2 or 4 per step
        command = [PROGRAM, cls.path / "data", "--recipe", RECIPE, "--epochs", -(-steps // per_epoch)]
        command += ["--seed", SEED, "--precision", precision, "--validation", ",".join(map(str, VALIDATION))]
        for file in ("initial", "final", "losses"):
            command += [f"--{file}", path.with_suffix("." + file)]
        if weights:
            command += ["--weights", weights]
        subprocess.run([str(word) for word in command], check=True)
        return json.loads(path.with_suffix(".losses").read_text())

    def run_reference(self, dtype, steps, point_order=None):
        data = self.data if point_order is None else shuffle_points(self.data, point_order)
        weights = load_file(self.initial)
        training = Training(data, self.recipe, SEED, VALIDATION, steps, dtype, weights)
        return training, [training.step() for _ in range(steps)]

    def compare(self, precision, steps):
        ours = self.run_engine(precision, precision, steps, self.initial)
        training, losses = self.run_reference(getattr(torch, precision), len(ours["losses"]))
        self.assertGreaterEqual(len(losses), steps)
        return ours, training, losses

    def test_split_is_the_one_asked_for(self):
        self.assertEqual(self.record["validation_cases"], [f"case {i}" for i in VALIDATION])
        self.assertEqual(len(self.record["training_cases"]), CASES - len(VALIDATION))

    def test_double(self):
        ours, training, losses = self.compare("float64", SHORT)
        self.assertLessEqual(relative(ours["losses"], losses), DOUBLE)
        self.assertLessEqual(relative(ours["errors"], training.errors(VALIDATION)), DOUBLE)
        final = load_file(self.path / "float64.final")
        self.assertEqual(set(final), set(training.average.weights))
        for name, weights in training.average.weights.items():
            # No tensor is nearly zero at the end: even biases, which begin at 0, have moved by some 1e-3.
            distance = torch.linalg.norm(final[name] - weights) / torch.linalg.norm(weights)
            self.assertLessEqual(distance.item(), DOUBLE, name)

    def test_float32_over_the_short_run(self):
        ours, _, losses = self.compare("float32", SHORT)
        self.assertLessEqual(relative(ours["losses"], losses), SINGLE[RECIPE])

    def test_float32_stays_as_near_to_double_as_pytorchs(self):
        ours = self.run_engine("long", "float32", LONG, self.initial)["losses"]
        _, exact = self.run_reference(torch.float64, len(ours))
        spread = [self.run_reference(torch.float32, len(ours), order)[1] for order in POINT_ORDERS]
        largest = max(relative(losses, exact) for losses in spread)
        print(f"{RECIPE}: {relative(ours, exact):.2e} from the double curve; PyTorch: {largest:.2e}")
        self.assertLessEqual(relative(ours, exact), MOST_TIMES_FARTHER * largest)


if __name__ == "__main__":
    PROGRAM, RECIPE = sys.argv[1], sys.argv[2].replace("_", " ")
    torch.set_num_threads(1)  # the meshes are small, and tests run side by side
    unittest.main(argv=sys.argv[:1])
