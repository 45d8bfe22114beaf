"""Checks normalisation, the generator and the order of cases."""

import itertools
import unittest

import numpy as np

from dataset import Case, MersenneTwister64, Normalisation, batches


class Data(unittest.TestCase):
    def test_generator_is_the_standards(self):
        # The C++ standard states the 10,000th output of a default-seeded std::mt19937_64.
        generator = MersenneTwister64(5489)
        outputs = [generator.next() for _ in range(10000)]
        self.assertEqual(outputs[-1], 9981545732273789042)

    def test_every_epoch_visits_every_case_once(self):
        epochs = list(itertools.islice(batches([7, 3, 5, 1, 9], 2, seed=4), 6))
        self.assertEqual([len(batch) for batch in epochs], [2, 2, 1] * 2)
        for epoch in (epochs[:3], epochs[3:]):
            self.assertEqual(sorted(sum(epoch, [])), [1, 3, 5, 7, 9])
        self.assertNotEqual(epochs[:3], epochs[3:])

    def test_coordinates_share_a_scale_and_constants_are_kept(self):
        rng = np.random.default_rng(0)
        inputs = rng.normal(size=(50, 4)) * [3.0, 1.0, 0.0, 0.0] + [0.0, 5.0, 0.0, 7.0]
        targets = rng.normal(size=(50, 2)) * [2.0, 0.0] + 1.0
        n = Normalisation.fit([Case("a", inputs[:20], targets[:20]), Case("b", inputs[20:], targets[20:])])
        spread = inputs.std(axis=0)
        self.assertTrue(np.allclose(n.input_scale[:3], np.sqrt((spread[0] ** 2 + spread[1] ** 2) / 3)))
        self.assertEqual(n.input_scale[3], 1.0)
        self.assertTrue(np.allclose(n.target_scale, [targets[:, 0].std(), 0.0]))
        self.assertTrue(np.allclose(n.normalise_targets(targets)[:, 1], 0.0))


if __name__ == "__main__":
    unittest.main()
