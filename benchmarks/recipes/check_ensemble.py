"""Compares an ensemble's losses and errors with those of tests/reference_training/train.py."""

import sys

import numpy as np
import torch

from ensemble import Ensemble, Run
from dataset_file import read_data_set
from recipe import InputEncoding, Recipe
from train import Training

SMALL = {"channels": 16, "blocks": 2, "heads": 2, "latents": 8}
RECIPES = [
    Recipe(
        optimizer="muon", ema_warmup=True, ema_decay=0.9, encoding=InputEncoding(2), batch_size=2, **SMALL
    ),
    Recipe(optimizer="adamw", momentum_cycle=True, weight_decay=0.1, batch_size=2, **SMALL),
]


def main():
    data = read_data_set(sys.argv[1])
    data = type(data)(data.cases[:9], data.fields)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    validation = (0, 4)
    runs = [Run(recipe, seed, validation) for recipe in RECIPES for seed in (1, 2)]
    ensemble = Ensemble(data, runs, total_steps=40, device=device, dtype=torch.float64)
    ensemble.train(12)
    errors = ensemble.errors([validation] * len(runs)).mean(dim=1).cpu().numpy()
    losses = ensemble.losses.cpu().numpy()
    for r, run in enumerate(runs):
        weights = {
            name: w[r].detach().cpu()
            for name, w in Ensemble(data, runs, 40, "cpu", torch.float64).views.items()
        }
        columns = data.cases[0].inputs.shape[1] + run.recipe.encoding.channels()
        weights["in_proj.fc1.weight"] = weights["in_proj.fc1.weight"][:, :columns].contiguous()
        single = Training(data, run.recipe, run.seed, validation, total_steps=40, weights=weights)
        expected = np.array([single.step() for _ in range(12)])
        print(
            run.recipe.optimizer,
            run.seed,
            "losses differ by %.1e," % np.abs(losses[:12, r] / expected - 1).max(),
            "errors by %.1e" % np.abs(errors[r] / np.array(single.errors(validation)) - 1).max(),
        )


if __name__ == "__main__":
    main()
