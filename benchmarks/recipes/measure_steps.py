"""Times training steps of networks of several sizes on this machine's CPU.

    taskset -c 0,1 measure_steps.py PLATES.safetensors OUT.json
"""

import json
import statistics
import sys
import time
from dataclasses import replace

import torch

from dataset_file import read_data_set
from studies import BALANCED, PUBLISHED, QUICK_LOOK
from train import Training

NETWORKS = [
    ("Quick look", QUICK_LOOK),
    ("Quick look, AdamW", replace(QUICK_LOOK, optimizer="adamw")),
    ("Quick look, batch 1", replace(QUICK_LOOK, batch_size=1)),
    ("Quick look, 64 channels, 2 blocks", replace(QUICK_LOOK, channels=64, heads=8, blocks=2)),
    ("Balanced", BALANCED),
    ("published", PUBLISHED),
]
WARM_UP, STEPS = 2, 9


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
    table = {}
    for label, recipe in NETWORKS:
        table[label] = milliseconds(data, recipe)
        print(f"{label:40s} {table[label]:8.1f} ms", flush=True)
    with open(sys.argv[2], "w") as file:
        json.dump(table, file, indent=1)


if __name__ == "__main__":
    main()
