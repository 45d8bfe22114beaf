"""Runs studies on a GPU and writes what came out.

    run_studies.py PLATES.safetensors OUT.json optimisers:3000 details:3000
"""

import json
import sys
import time
from dataclasses import asdict

import numpy as np
import torch

from ensemble import Ensemble, Run
from dataset_file import read_data_set
from studies import FOLDS, STUDIES

RUNS_AT_ONCE = 96


def shape_of(variant):
    """What the runs of an ensemble have in common."""
    r = variant.recipe
    return variant.steps, r.batch_size, r.channels, r.blocks, r.heads, r.latents, variant.point_fraction


def run_of(variant, fold, cases):
    validation = tuple(range(fold, cases, FOLDS))
    return Run(variant.recipe, fold + 1, validation, variant.label, variant.muon_weight_decay, variant.point_fraction)


def train_group(data, variants):
    """Trains all runs of variants of one shape; one result per variant and fold."""
    pairs = [(v, fold) for v in variants for fold in v.folds]
    results = []
    for start in range(0, len(pairs), RUNS_AT_ONCE):
        part = pairs[start : start + RUNS_AT_ONCE]
        results += train_part(data, part, [run_of(v, fold, len(data.cases)) for v, fold in part])
        torch.cuda.empty_cache()
    return results


def train_part(data, pairs, runs):
    begin = time.perf_counter()
    ensemble = Ensemble(data, runs, runs and pairs[0][0].steps)
    prepared = time.perf_counter()
    ensemble.train()
    torch.cuda.synchronize()
    seconds = time.perf_counter() - prepared
    count = min(len(run.validation) for run in runs)
    held_out = ensemble.errors([run.validation[:count] for run in runs]).cpu().numpy()
    seen = [[i for i in range(len(data.cases)) if i not in run.validation][:count] for run in runs]
    training = ensemble.errors(seen).mean(dim=1).cpu().numpy()
    losses = ensemble.losses.cpu().numpy()
    print(
        f"{len(runs)} runs of {len(losses)} steps: {prepared - begin:.0f} s + {seconds:.0f} s,",
        f"{1e3 * seconds / len(losses):.2f} ms a step, {len(ensemble.graphs)} graphs,",
        f"{torch.cuda.max_memory_allocated() / 2**30:.0f} GiB",
        flush=True,
    )
    curve = np.array_split(losses, 20)
    return [
        {
            "label": variant.label,
            "fold": fold,
            "seed": run.seed,
            "steps": variant.steps,
            "recipe": asdict(variant.recipe),
            "muon_weight_decay": variant.muon_weight_decay,
            "point_fraction": variant.point_fraction,
            "errors": held_out[r].tolist(),
            "trainingErrors": training[r].tolist(),
            "losses": [float(part[:, r].mean()) for part in curve],
        }
        for r, ((variant, fold), run) in enumerate(zip(pairs, runs))
    ]


def main():
    data = read_data_set(sys.argv[1])
    torch.backends.cuda.matmul.allow_tf32 = False
    groups = {}
    for text in sys.argv[3:]:
        name, steps = text.split(":")
        for variant in STUDIES[name](int(steps)):
            groups.setdefault(shape_of(variant), []).append(variant)
    results = []
    for shape, variants in groups.items():
        print(shape, flush=True)
        group = train_group(data, variants)
        results += group
        report(group)
        with open(sys.argv[2], "w") as file:
            json.dump({"device": torch.cuda.get_device_name(), "date": time.strftime("%F"), "results": results}, file)


def report(results):
    """One line per variant: mean over folds and their spread, held out; then on training cases."""
    by_label = {}
    for result in results:
        by_label.setdefault(result["label"], []).append(result)
    for label, group in by_label.items():
        means = np.array([np.mean(r["errors"], axis=0) for r in group])
        training = np.mean([r["trainingErrors"] for r in group], axis=0)
        cells = [f"{m:.4f} ± {s:.4f}" for m, s in zip(means.mean(axis=0), means.std(axis=0))]
        print(f"  {label:45s} {'   '.join(cells)}   seen {training.round(4).tolist()}", flush=True)


if __name__ == "__main__":
    main()
