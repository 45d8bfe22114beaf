"""Trains 200 steps on a GPU, with the engine and with train.py: the engine's loss curve is as near to a double run's as
PyTorch's own curves in the same precision are.

    test_gpu.py ENGINE_RUN      (exit code 77: no GPU)
"""

import sys
import unittest

import torch

from comparison import MOST_TIMES_FARTHER, POINT_ORDERS, Comparison, relative

STEPS = 200


class Gpu(Comparison):
    device = "cuda"
    recipe_name = "published"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _, cls.exact = cls.run_reference(torch.float64, STEPS)

    def check(self, precision):
        ours = self.run_engine(precision, precision, STEPS, self.initial)["losses"]
        self.assertEqual(len(ours), STEPS)
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bfloat16"):
            curves = [self.run_reference(torch.float32, STEPS, order)[1] for order in POINT_ORDERS]
        largest = max(relative(losses, self.exact) for losses in curves)
        print(f"{precision}: {relative(ours, self.exact):.2e} from the double curve; PyTorch: {largest:.2e}")
        self.assertLessEqual(relative(ours, self.exact), MOST_TIMES_FARTHER * largest)

    def test_float32(self):
        self.check("float32")

    def test_bfloat16(self):
        self.check("bfloat16")


if __name__ == "__main__":
    if not torch.cuda.is_available():
        print("skipped: PyTorch finds no GPU")
        sys.exit(77)
    Comparison.program = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
