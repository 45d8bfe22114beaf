"""Times a training step of the default network, ours against PyTorch's, in one run on one GPU.

    python compare_with_pytorch.py build/cuda-engine/bin/training_step [--points 1000000] [--latents 128] [--json FILE]

PyTorch's side is plain use of it: the network of tests/reference_training with scaled_dot_product_attention, autocast,
AdamW, clipping (and loss scaling for float16), eager and by torch.compile. Both sides start from the same weights on the
same data, and their losses are compared first. Needs torch, numpy and safetensors."""

import argparse
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/reference_training"))
import flare_model  # noqa: E402
from dataset_file import read_data_set  # noqa: E402
from recipe import Recipe  # noqa: E402
from train import Training  # noqa: E402

STEPS = 12
WARM = 4  # steps that are not timed

# Losses of the first steps, relative: bfloat16 has 2^-9 and float16 2^-12 an operation, over some dozen layers in a row
# whose errors are independent; the loss is a mean over all points.
AGREE = {"bfloat16": 2e-2, "float16": 1e-2, "float32": 1e-3}


def write_data(path, points):
    generator = np.random.default_rng(5)
    x = generator.uniform(-1.0, 1.0, (points, 3)).astype(np.float32)
    target = (np.sin(3.0 * x[:, 0]) * x[:, 1] + x[:, 2] ** 2).astype(np.float32)
    field = {"name": "p", "components": 1, "component_names": [], "unit": "", "averaged": False}
    description = {"association": "points", "inputs": [], "parameters": [], "use_time": False, "targets": [field],
                   "cases": [{"name": "cube", "parameters": [], "time": 0.0}]}
    metadata = {"format": "paraflare-dataset", "version": "1", "dataset": json.dumps(description)}
    save_file({"000000/points": x, "000000/targets/0": target}, path, metadata=metadata)


def attend(self, x):
    """The mixer by scaled_dot_product_attention."""
    heads = lambda t: t.view(1, len(x), self.heads, self.dimension).transpose(1, 2)
    k, v = heads(self.k_proj(x)), heads(self.v_proj(x))
    q = self.latent_q.view(1, self.heads, -1, self.dimension).to(k.dtype)
    z = F.scaled_dot_product_attention(q, k, v, scale=self.scale)
    y = F.scaled_dot_product_attention(k, q, z, scale=self.scale)
    return self.out_proj(y.transpose(1, 2).reshape(len(x), -1))


def pytorchs(data, weights, latents, precision, compiled):
    """Milliseconds and losses of every step, and the peak of memory."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    recipe = Recipe.from_json({"optimizer": "adamw", "epochs": STEPS, "latents": latents})
    training = Training(data, recipe, 1, dtype=torch.float32, weights=weights, device="cuda")
    model = torch.compile(training.model) if compiled else training.model
    inputs, targets = training.prepared[0]
    optimizer = torch.optim.AdamW(training.model.parameters(), lr=1e-5)
    scaler = torch.amp.GradScaler(enabled=precision == "float16")
    narrow = {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(precision)
    losses, times = [], []
    for _ in range(STEPS):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cuda", dtype=narrow or torch.float16, enabled=narrow is not None):
            prediction = model(inputs)
        scale = training.scale
        loss = torch.linalg.norm((prediction.float() - targets) * scale) / training.denominators[0][0]
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(training.model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.item())
        times.append(1e3 * (time.perf_counter() - begin))
    return times, losses, torch.cuda.max_memory_allocated()


def ours(program, data, folder, latents, precision):
    out = folder / f"{precision}.json"
    command = [program, data, out, "--latents", latents, "--precision", precision, "--steps", STEPS]
    command += ["--initial", folder / "initial"]
    subprocess.run([str(word) for word in command], check=True)
    report = json.loads(out.read_text())
    return report["milliseconds"], report["losses"], report["peak_bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--points", type=int, default=1000000)
    parser.add_argument("--latents", type=int, default=128)
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out, which takes minutes")
    parser.add_argument("--json", help="write the results to this file")
    options = parser.parse_args()
    flare_model.Mixer.forward = attend
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "data", options.points)
        data = read_data_set(folder / "data")
        runs = [("ours", p, lambda p=p: ours(options.program, folder / "data", folder, options.latents, p))
                for p in ("float32", "bfloat16")]
        weights = lambda: {n: w for n, w in load_file(folder / "initial").items() if not n.startswith("training.")}
        for compiled in (False, True)[: 1 if options.no_compile else 2]:
            for p in ("float16", "bfloat16")[: 1 if compiled else 2]:
                runs.append(("PyTorch compiled" if compiled else "PyTorch eager", p, lambda p=p, c=compiled:
                             pytorchs(data, weights(), options.latents, p, c)))
        for side, precision, run in runs:
            times, losses, peak = run()
            rows.append({"side": side, "precision": precision, "ms": statistics.median(times[WARM:]),
                         "first_ms": times[0], "peak_gib": peak / 2**30, "losses": losses})
            first = rows[0]["losses"][0]
            agrees = abs(losses[0] / first - 1.0) <= AGREE[precision]
            print(f"{side:18s}{precision:10s}{rows[-1]['ms']:9.1f} ms  peak {rows[-1]['peak_gib']:6.2f} GiB  "
                  f"first loss {losses[0]:.6f} {'agrees' if agrees else 'DIFFERS'}", flush=True)
            if not agrees:
                sys.exit("the two sides do not compute the same")
    if options.json:
        record = {"date": datetime.date.today().isoformat(), "device": torch.cuda.get_device_name(),
                  "torch": torch.__version__, "points": options.points, "latents": options.latents, "rows": rows}
        Path(options.json).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
