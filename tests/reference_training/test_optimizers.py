"""Checks Muon's iteration, the schedule and the averaging against what their definitions say."""

import unittest

import torch

from optimizers import AveragedWeights, make_optimizers, orthogonalise
from recipe import Recipe


class Network(torch.nn.Module):
    """One matrix that Muon takes and one that it does not, under the network's names."""

    def __init__(self):
        super().__init__()
        self.in_proj = torch.nn.ModuleDict({"fc1": torch.nn.Linear(3, 4), "fc2": torch.nn.Linear(4, 4)})


class Optimizers(unittest.TestCase):
    def test_orthogonalised_matrix_has_singular_values_near_1(self):
        generator = torch.Generator().manual_seed(1)
        for shape in ((6, 9), (9, 6), (7, 7)):
            matrix = torch.randn(shape, generator=generator, dtype=torch.float64)
            u, _, v = torch.linalg.svd(matrix, full_matrices=False)
            values = torch.linspace(0.1, 1.0, min(shape), dtype=torch.float64)
            result = orthogonalise(u @ torch.diag(values) @ v)
            # The quintic keeps the singular vectors and brings values above 0.03 into 0.68 … 1.14.
            kept = u.T @ result @ v.T
            self.assertLessEqual((kept - torch.diag(torch.diag(kept))).abs().max().item(), 1e-10)
            self.assertGreaterEqual(torch.diag(kept).min().item(), 0.6)
            self.assertLessEqual(torch.diag(kept).max().item(), 1.2)

    def test_every_matrix_has_one_optimizer_and_the_cycle_its_peak(self):
        network = Network()
        recipe = Recipe(learning_rate=1e-3, muon_learning_rate=1e-2, momentum_cycle=True, warmup=0.1)
        (adamw, slow), (muon, fast) = make_optimizers(network, recipe, total_steps=20)
        self.assertIs(muon.param_groups[0]["params"][0], network.in_proj["fc2"].weight)
        self.assertEqual(sum(len(group["params"]) for group in adamw.param_groups), 3)
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
        rates, momenta = [], []
        for _ in range(20):
            rates.append((adamw.param_groups[0]["lr"], muon.param_groups[0]["lr"]))
            momenta.append(adamw.param_groups[0]["betas"][0])
            for optimizer, schedule in ((adamw, slow), (muon, fast)):
                optimizer.step()
                schedule.step() if len(rates) < 20 else None
        for step, share in ((0, 1e-4), (1, 1.0), (19, 1e-4)):  # the rise is 10 % of the steps
            self.assertAlmostEqual(rates[step][0], 1e-3 * share, places=12)
            self.assertAlmostEqual(rates[step][1], 1e-2 * share, places=12)
        self.assertAlmostEqual(momenta[1], 0.85)
        self.assertAlmostEqual(momenta[0], 0.95)

    def test_average_with_a_warm_up_forgets_its_beginning(self):
        network = torch.nn.Linear(1, 1, bias=False)
        network.weight.data.fill_(1.0)
        average = AveragedWeights(network, 0.999, has_warmup=True)
        network.weight.data.fill_(3.0)
        average.update(network)  # decay (1 + 1) / (10 + 1)
        self.assertAlmostEqual(average.weights["weight"].item(), 1.0 * 2 / 11 + 3.0 * 9 / 11, places=6)


if __name__ == "__main__":
    unittest.main()
