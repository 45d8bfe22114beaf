"""What fewer latents cost and save on the plates: latents that grow while a network is trained, and latents
that are pruned from a trained one.

    python tests/reference_training/export_plates.py examples/plates/train train.safetensors
    python tests/reference_training/export_plates.py examples/plates/test test.safetensors
    python benchmarks/latents/study.py build/cpu/bin/flare train.safetensors test.safetensors OUTPUT

For every seed the network of Quick look is trained for the same number of epochs with all of its 64 latents, with
latents that double one, two and three times up to 64, and with 16 throughout. The full model is pruned by
`flare prune`, and trained on; beside it the full model, trained on as long. Every run is bound to two cores of its
own. Prints mean relative L2 errors on the test cases and the seconds of training, and writes OUTPUT/results.json.
Python needs safetensors.
"""

import argparse
import csv
import json
import os
import queue
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from safetensors import safe_open

TRAININGS = {  # options of `flare train`
    "64 latents": [],
    "32, 64": ["--latent-doublings", 1],
    "16, 32, 64": ["--latent-doublings", 2],
    "8, 16, 32, 64": ["--latent-doublings", 3],
    "16 latents": ["--latents", 16],
}
FULL = "64 latents"


def metadata(path):
    with safe_open(path, "np") as file:
        return {key: json.loads(file.metadata()[key]) for key in ("training", "architecture")}


class Study:
    def __init__(self, options):
        self.options = options
        self.cores = queue.Queue()
        for first in range(0, os.cpu_count() - 1, 2):
            self.cores.put((first, first + 1))

    def flare(self, *words):
        """Runs the program on two cores of its own."""
        cores = self.cores.get()
        try:
            subprocess.run(
                [str(word) for word in (self.options.flare, *words)],
                env=os.environ | {"OMP_NUM_THREADS": str(len(cores))},
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
                stdout=subprocess.DEVNULL,
                check=True,
            )
        finally:
            self.cores.put(cores)

    def train(self, seed, name, epochs, *words):
        model = self.path(seed, name)
        budget = ["--seed", seed, "--epochs", epochs, "--device", "cpu", "--overwrite"]
        self.flare("train", self.options.train, "-o", model, *budget, *words)
        return self.result(seed, name)

    def path(self, seed, name):
        return self.options.output / f"{name.replace(', ', '_').replace(' ', '_')}_{seed}.safetensors"

    def result(self, seed, name):
        """Errors on the test cases, and what the file says of the training."""
        model = self.path(seed, name)
        table = model.with_suffix(".csv")
        self.flare("evaluate", model, self.options.test, "--csv", table, "--device", "cpu")
        errors = {}
        with open(table, newline="") as file:
            for row in csv.DictReader(file):
                errors.setdefault(row["field"], []).append(float(row["relative_l2"]))
        described = metadata(model)
        history = described["training"]["history"]
        return {
            "seed": seed,
            "name": name,
            "errors": {field: statistics.mean(values) for field, values in errors.items()},
            "seconds": history[-1]["seconds"],
            "latents": described["architecture"].get("block_latents", described["architecture"]["num_latents"]),
            "history": [[epoch["seconds"], epoch["validation_error"]] for epoch in history],
        }

    def pruned(self, seed, energy):
        """The full model of a seed pruned, and trained on."""
        name, options = f"pruned to {energy}", self.options
        few = self.path(seed, name)
        self.flare(
            *("prune", self.path(seed, FULL), options.train, "-o", few, "--energy", energy),
            *("--device", "cpu", "--overwrite"),
        )
        further = self.train(seed, f"{name}, trained on", options.further, "--start", few)
        return [self.result(seed, name), further]

    def of_seed(self, seed):
        """The runs of a seed. What starts from the full model waits for it."""
        options = self.options
        with ThreadPoolExecutor() as pool:
            trainings = {
                name: pool.submit(self.train, seed, name, options.epochs, *words) for name, words in TRAININGS.items()
            }
            trainings[FULL].result()
            from_full = [pool.submit(self.pruned, seed, energy) for energy in options.energy]
            further = pool.submit(
                self.train, seed, f"{FULL}, trained on", options.further, "--start", self.path(seed, FULL)
            )
            results = [training.result() for training in trainings.values()] + [further.result()]
            return results + [one for pair in from_full for one in pair.result()]


def seconds_to(history, error):
    """When a run first had this validation error, or None."""
    return next((seconds for seconds, known in history if known is not None and known <= error), None)


def show(results):
    full = {one["seed"]: one for one in results if one["name"] == FULL}
    fields = list(results[0]["errors"])
    names = list(dict.fromkeys(one["name"] for one in results))
    print(f"{'':28}" + "".join(f"{field:>28}" for field in fields) + f"{'seconds':>16}  seconds to the full model's error")
    for name in names:
        runs = [one for one in results if one["name"] == name]
        line = f"{name:28}"
        for field in fields:
            values = [one["errors"][field] for one in runs]
            line += f"{statistics.mean(values):12.4f} ({min(values):.4f}-{max(values):.4f})"
        line += f"{statistics.mean(one['seconds'] for one in runs):16.1f}"
        if name in TRAININGS:
            reached = [seconds_to(one["history"], full[one["seed"]]["history"][-1][1]) for one in runs]
            line += "  " + ", ".join("never" if seconds is None else f"{seconds:.0f}" for seconds in reached)
        else:
            line += "  latents " + "; ".join(str(one["latents"]) for one in runs)
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("flare", "train", "test", "output"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=43, help="what Quick look makes in three minutes on two cores")
    parser.add_argument("--further", type=int, default=20, help="epochs of training on")
    parser.add_argument("--energy", type=float, nargs="+", default=[0.999, 0.9999])
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    study = Study(options)
    with ThreadPoolExecutor() as pool:
        results = [one for of_seed in pool.map(study.of_seed, options.seeds) for one in of_seed]
    (options.output / "results.json").write_text(json.dumps(results, indent=1))
    show(results)


if __name__ == "__main__":
    main()
