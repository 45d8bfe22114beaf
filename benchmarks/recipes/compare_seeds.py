"""Final errors over seeds: the engine's recipes, and the default recipe in plain PyTorch.

    python tests/reference_training/export_plates.py examples/plates/train train.safetensors
    python tests/reference_training/export_plates.py examples/plates/test test.safetensors
    python benchmarks/recipes/compare_seeds.py build/cpu/bin/flare train.safetensors test.safetensors OUTPUT

For every seed: Quick look and Balanced by a budget of time, the published recipe with Quick look's number of
steps, and Quick look by tests/reference_training/train.py with its split, order and number of steps. Every
run is bound to cores of its own; as many run side by side as there are cores. With --gpu the last two of
these run on the GPU, for which one core is enough. Prints mean relative L2 errors on the test cases and writes
OUTPUT/results.json. Python needs torch, numpy and safetensors.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

TRAINER = Path(__file__).resolve().parents[2] / "tests/reference_training/train.py"
ENGINES_OWN = {"quick look": 2, "balanced": 2}  # recipes by time, and their cores


class Run:
    def __init__(self, options, family, seed):
        self.options, self.family, self.seed = options, family, seed
        self.on_gpu = options.gpu and family not in ENGINES_OWN
        self.cores = 1 if self.on_gpu else 2
        self.stem = options.output / f"{family.replace(' ', '_')}_{seed}"
        self.model = self.stem.with_suffix(".safetensors")
        self.report = self.stem.with_suffix(".json")
        self.process = self.held = self.record = None

    def is_ready(self):
        """Runs of as many steps as Quick look wait until its run has planned them."""
        self.record = self.record or self.quick_look()
        return self.family in ENGINES_OWN or self.record is not None

    def quick_look(self):
        """The record of Quick look's run of this seed, out of its checkpoint or model."""
        model = Run(self.options, "quick look", self.seed).model
        for path in (model, Path(f"{model}.checkpoint")):
            try:
                return training_record(path)
            except FileNotFoundError:
                pass
        return None

    def command(self):
        o = self.options
        device = "cuda" if self.on_gpu else "cpu"
        if self.family == "pytorch":
            record = self.record
            recipe = self.stem.with_suffix(".recipe")
            recipe.write_text(json.dumps(record["recipe"]))
            words = [sys.executable, TRAINER, o.train, "--recipe-json", recipe, "--seed", self.seed]
            words += ["--total-steps", record["steps_planned"], "--precision", "float32", "--test", o.test]
            words += ["--validation-fraction", 0.1, "--device", device, "--losses", self.report]
            return words + ["--threads", self.cores]
        words = [o.flare, "train", o.train, "-o", self.model, "--seed", self.seed]
        words += ["--recipe", self.family, "--device", device, "--overwrite"]
        if self.family in ENGINES_OWN:
            budget = o.quick_seconds if self.family == "quick look" else o.balanced_seconds
            return words + ["--time", budget]
        record = self.record
        batch = 2  # the published recipe's
        epochs = round(record["steps_planned"] / -(-len(record["training_cases"]) // batch))
        return words + ["--epochs", max(1, epochs)]

    def start(self, cores):
        self.held, self.begin = cores, time.monotonic()
        environment = os.environ | {"OMP_NUM_THREADS": str(len(cores))}
        with open(self.stem.with_suffix(".log"), "w") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command()],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
        print(f"{self.family} {self.seed} on cores {sorted(cores)}", flush=True)

    def result(self):
        """Errors per field on the test cases, those of the training mean, steps and seconds."""
        if self.family == "pytorch":
            report = json.loads(self.report.read_text())
            errors = dict(zip(report["fields"], report["testErrors"]))
            return {"errors": errors, "steps": len(report["losses"]), "seconds": report["seconds"]}
        table = self.stem.with_suffix(".csv")
        evaluate = [self.options.flare, "evaluate", self.model, self.options.test, "--csv", table]
        subprocess.run([*evaluate, "--device", "cpu"], check=True, stdout=subprocess.DEVNULL)
        errors, means = defaultdict(list), defaultdict(list)
        with open(table) as file:
            for row in csv.DictReader(file):
                errors[row["field"]].append(float(row["relative_l2"]))
                means[row["field"]].append(float(row["training_mean_relative_l2"]))
        record = training_record(self.model)
        return {
            "errors": {field: statistics.mean(values) for field, values in errors.items()},
            "training_mean": {field: statistics.mean(values) for field, values in means.items()},
            "steps": record["steps_done"],
            "seconds": record["history"][-1]["seconds"],
        }


def training_record(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return json.loads(header["__metadata__"]["training"])


def run_all(runs, options):
    """Starts every run as soon as it is ready and has cores; those first in the list first."""
    free = set(sorted(os.sched_getaffinity(0))[: options.cores])
    waiting, running, done, begin = list(runs), [], [], time.monotonic()
    while (waiting or running) and time.monotonic() - begin < options.seconds:
        for run in [r for r in waiting if r.is_ready()]:
            if len(free) >= run.cores:
                waiting.remove(run)
                running.append(run)
                run.start({free.pop() for _ in range(run.cores)})
        for run in [r for r in running if r.process.poll() is not None]:
            running.remove(run)
            free |= run.held
            if run.process.returncode == 0:
                done.append(run)
            else:
                print(f"{run.family} {run.seed} failed:\n{run.stem.with_suffix('.log').read_text()[-2000:]}")
        if not running and waiting and not any(r.is_ready() and r.cores <= len(free) for r in waiting):
            break
        time.sleep(0.2)
    for run in running:
        run.process.kill()
    for run in running + waiting:
        print(f"{run.family} {run.seed} did not complete")
    return done


def print_table(results):
    families = dict.fromkeys(r["family"] for r in results)
    fields = list(results[0]["errors"])
    mean = next((r["training_mean"] for r in results if "training_mean" in r), {})
    print(f"\n{'':12s} seeds  steps  seconds  " + "  ".join(f"{f:>34s}" for f in fields))
    for family in families:
        group = [r for r in results if r["family"] == family]
        cells = []
        for field in fields:
            values = [r["errors"][field] for r in group]
            share = f" = {statistics.mean(values) / mean[field]:.4f} of mean's" if field in mean else ""
            cells.append(f"{statistics.mean(values):.5f} ({min(values):.5f}-{max(values):.5f}){share}")
        steps, seconds = (statistics.mean(r[key] for r in group) for key in ("steps", "seconds"))
        print(f"{family:12s} {len(group):5d} {steps:6.0f} {seconds:8.1f}  " + "  ".join(f"{c:>34s}" for c in cells))


def compare(results):
    """Whether the engine's and PyTorch's errors lie within each other's spread."""
    ours, theirs = (
        [r["errors"] for r in results if r["family"] == family] for family in ("quick look", "pytorch")
    )
    for field in ours[0] if ours and theirs else []:
        a, b = ([errors[field] for errors in group] for group in (ours, theirs))
        inside = [min(y) <= statistics.mean(x) <= max(y) for x, y in ((a, b), (b, a))]
        overlap = max(min(a), min(b)) <= min(max(a), max(b))
        print(
            f"{field}: the engine's mean lies {'within' if inside[0] else 'OUTSIDE'} the range of PyTorch's seeds,",
            f"PyTorch's {'within' if inside[1] else 'OUTSIDE'} the engine's; the ranges",
            "overlap" if overlap else "do NOT overlap",
        )
    published = [r["errors"] for r in results if r["family"] == "published"]
    for field in ours[0] if ours and published else []:
        ratio = statistics.mean(e[field] for e in ours) / statistics.mean(e[field] for e in published)
        print(f"{field}: quick look has {ratio:.3f} of the published recipe's error after as many steps")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("flare")
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("output", type=Path)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--families", default="quick look,balanced,pytorch,published")
    parser.add_argument("--quick-seconds", type=float, default=180.0)
    parser.add_argument("--balanced-seconds", type=float, default=1800.0)
    parser.add_argument("--seconds", type=float, default=1e9, help="end after so long, whatever still runs")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--gpu", action="store_true", help="PyTorch and the published recipe on the GPU")
    return parser.parse_args()


def main():
    options = parse_arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    if any(options.output.iterdir()):
        sys.exit(f"{options.output} is not empty: what earlier runs left there would be taken for these runs'")
    seeds = [int(seed) for seed in options.seeds.split(",")]
    families = options.families.split(",")
    done = run_all([Run(options, family, seed) for family in families for seed in seeds], options)
    results = [{"family": run.family, "seed": run.seed} | run.result() for run in done]
    results.sort(key=lambda r: (families.index(r["family"]), r["seed"]))
    (options.output / "results.json").write_text(json.dumps(results, indent=1))
    if results:
        print_table(results)
        compare(results)


if __name__ == "__main__":
    main()
