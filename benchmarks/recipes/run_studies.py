"""Runs a study on a GPU, all of its networks at once, and writes what came out.

    PYTHONPATH=tests/reference_training python benchmarks/recipes/run_studies.py PLATES OUT.json ladder

PLATES is examples/plates/train, exported by tests/reference_training/export_plates.py.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import torch

from dataset import Normalisation
from dataset_file import read_data_set
from ensemble import Ensemble, Run
from studies import FOLDS, STUDIES

JUDGED_SEEN = 10  # training cases on which the error is measured too


def shape_of(variant):
    """What the runs of an ensemble have in common."""
    r = variant.recipe
    return variant.steps, r.batch_size, r.channels, r.blocks, r.heads, r.latents, variant.point_fraction


def run_of(variant, fold, cases):
    held_out = tuple(range(fold, cases, FOLDS))
    return Run(variant.recipe, fold + 1, held_out, variant.muon_weight_decay, variant.point_fraction)


class Group:
    """Variants of one shape: an ensemble with a run for each of their folds."""

    def __init__(self, data, variants, device):
        self.data = data
        self.pairs = [(v, fold) for v in variants for fold in v.folds]
        self.runs = [run_of(v, fold, len(data.cases)) for v, fold in self.pairs]
        self.ensemble = Ensemble(data, self.runs, variants[0].steps, device)
        self.ensemble.capture_graphs()

    def results(self):
        count = min(len(run.validation) for run in self.runs)
        held_out = self.ensemble.errors([run.validation[:count] for run in self.runs]).cpu().numpy()
        seen = [training_cases(self.data, run)[:JUDGED_SEEN] for run in self.runs]
        trained = self.ensemble.errors(seen).mean(dim=1).cpu().numpy()
        losses = self.ensemble.losses.cpu().numpy()
        return [
            {
                "label": variant.label,
                "seed": run.seed,
                "fold": fold,
                "steps": variant.steps,
                "recipe": asdict(variant.recipe),
                "muon_weight_decay": variant.muon_weight_decay,
                "point_fraction": variant.point_fraction,
                "errors": held_out[r].tolist(),
                "mean_errors": mean_errors(self.data, run, count),
                "training_errors": trained[r].tolist(),
                "losses": [float(part[:, r].mean()) for part in np.array_split(losses, 20)],
            }
            for r, ((variant, fold), run) in enumerate(zip(self.pairs, self.runs))
        ]


def training_cases(data, run):
    return [i for i in range(len(data.cases)) if i not in run.validation]


def mean_errors(data, run, count):
    """Mean relative errors of predicting the training mean, over the held-out cases."""
    mean = Normalisation.fit([data.cases[i] for i in training_cases(data, run)]).target_mean
    targets = [data.cases[i].targets for i in run.validation[:count]]
    slices = data.field_slices()
    errors = [[np.linalg.norm((t - mean)[:, s]) / np.linalg.norm(t[:, s]) for s in slices] for t in targets]
    return np.mean(errors, axis=0).tolist()


def table(results):
    """One line per variant: held-out errors over the folds, as shares of the mean's, and of seen cases."""
    lines = []
    for label in dict.fromkeys(r["label"] for r in results):
        group = [r for r in results if r["label"] == label]
        errors = np.array([np.mean(r["errors"], axis=0) for r in group])
        shares = errors.mean(axis=0) / np.mean([r["mean_errors"] for r in group], axis=0)
        seen = np.mean([r["training_errors"] for r in group], axis=0)
        cells = [f"{m:.4f} ± {s:.4f}" for m, s in zip(errors.mean(axis=0), errors.std(axis=0, ddof=1))]
        lines.append(
            f"{label:52s} {'   '.join(cells)}   of the mean's {shares.round(3)}   seen {seen.round(4)}"
        )
    return "\n".join(lines)


def main():
    source, output, *names = sys.argv[1:]
    data = read_data_set(source)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    by_shape = {}
    for name in names:
        for variant in STUDIES[name]():
            by_shape.setdefault(shape_of(variant), []).append(variant)
    start = time.perf_counter()
    groups = [Group(data, variants, device) for variants in by_shape.values()]
    prepared = time.perf_counter()
    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(lambda group: group.ensemble.replay(), groups))
    trained = time.perf_counter()
    results = [result for group in groups for result in group.results()]
    report = {
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "date": time.strftime("%F"),
    }
    with open(output, "w") as file:
        json.dump(report | {"fields": data.fields, "results": results}, file)
    print(table(results))
    print(
        f"{sum(len(g.runs) for g in groups)} runs: prepared in {prepared - start:.0f} s,",
        f"trained in {trained - prepared:.0f} s, judged in {time.perf_counter() - trained:.0f} s",
    )


if __name__ == "__main__":
    main()
