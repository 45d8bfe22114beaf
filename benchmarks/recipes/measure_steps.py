"""Times training steps of networks of several sizes on this machine's CPU.

    taskset -c 0,1 measure_steps.py PLATES.safetensors OUT.json
"""

import json
import statistics
import sys
import time

import torch

from studies import PUBLISHED, START, change
from dataset_file import read_data_set
from train import Training

SIZES = [
    {},
    {"blocks": 2},
    {"blocks": 3},
    {"blocks": 6},
    {"blocks": 8},
    {"latents": 32},
    {"latents": 16},
    {"heads": 4},
    {"channels": 32, "heads": 4},
    {"channels": 48, "heads": 6},
    {"channels": 96, "heads": 12},
    {"channels": 128, "heads": 8},
    {"batch_size": 2},
    {"batch_size": 4},
]
WARM_UP, STEPS = 3, 12


def milliseconds(data, recipe):
    training = Training(data, recipe, seed=1, total_steps=100, dtype=torch.float32)
    times = []
    for _ in range(WARM_UP + STEPS):
        start = time.perf_counter()
        training.step()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[WARM_UP:])


def main():
    torch.set_num_threads(2)
    data = read_data_set(sys.argv[1])
    data = type(data)(data.cases[:60], data.fields)
    rows = [("published", PUBLISHED), ("AdamW, 4 blocks", change(START, optimizer="adamw"))]
    rows += [(str(size), change(START, **size)) for size in SIZES]
    table = []
    for label, recipe in rows:
        table.append({"label": label, "milliseconds": milliseconds(data, recipe)})
        print(f"{label:40s} {table[-1]['milliseconds']:8.1f} ms", flush=True)
    with open(sys.argv[2], "w") as file:
        json.dump(table, file, indent=1)


if __name__ == "__main__":
    main()
