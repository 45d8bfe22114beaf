"""Trains with the engine and with train.py from the same weights, and compares losses, weights and errors.

    test_engine.py ENGINE_RUN RECIPE      (quick_look, balanced or published)
"""

import sys
import unittest

import torch
from safetensors.torch import load_file

from comparison import MOST_TIMES_FARTHER, POINT_ORDERS, Comparison, relative
from synthetic import CASES, VALIDATION

SHORT, LONG = 20, 50  # steps

# Both sides do the same operations in double, in another order: a step rounds sums of at most some thousand
# terms over some dozen layers, which leaves 1e-13 at most. Training multiplies a difference by its steps'
# curvature; a factor of 1e4 is left for that. An error of the method is above this by far: the smallest
# number of a recipe, AdamW's epsilon, is felt at 1e-8, and a schedule off by one step at 1e-2.
DOUBLE = 1e-9

# The required agreement in float32 over the short run: rounding is 6e-8 per operation. Muon brings the smallest
# singular values of a gradient, which are rounding alone, up to 1, so that its recipes drift apart sooner.
SINGLE = {"published": 1e-5, "quick look": 2e-3, "balanced": 2e-3}


class Engine(Comparison):
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
        self.assertLessEqual(relative(ours["losses"], losses), SINGLE[self.recipe_name])

    def test_float32_stays_as_near_to_double_as_pytorchs(self):
        ours = self.run_engine("long", "float32", LONG, self.initial)["losses"]
        _, exact = self.run_reference(torch.float64, len(ours))
        spread = [self.run_reference(torch.float32, len(ours), order)[1] for order in POINT_ORDERS]
        largest = max(relative(losses, exact) for losses in spread)
        print(f"{self.recipe_name}: {relative(ours, exact):.2e} from the double curve; PyTorch: {largest:.2e}")
        self.assertLessEqual(relative(ours, exact), MOST_TIMES_FARTHER * largest)


if __name__ == "__main__":
    Comparison.program, Comparison.recipe_name = sys.argv[1], sys.argv[2].replace("_", " ")
    torch.set_num_threads(1)  # the meshes are small, and tests run side by side
    unittest.main(argv=sys.argv[:1])
