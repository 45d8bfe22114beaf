"""Times the mixer, ours against every backend of PyTorch's scaled_dot_product_attention, in one process on the same
tensors, after checking the results against each other.

    python compare_with_pytorch.py libmix.so [--json FILE] [--only INDEX ...] [--no-pytorch] [--accuracy]

Columns: forward, forward + backward, and the same as a replayed graph, in ms; PyTorch's best backend; the ratio;
and the share of the exponentials' floor, which counts 2 exponentials a score forward and 4 forward + backward at
16 a clock and multiprocessor. With --accuracy instead: how far ours and PyTorch's are from the double reference."""

import argparse
import datetime
import json
import math
import os
import statistics
import sys

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/engine/cuda"))
from mix_library import Library, error, reference  # noqa: E402

# N, M, D, type, goals forward and forward + backward in ms (issue's table); H = 8
SHAPES = [
    (16384, 64, 8, torch.float16, 0.04, 0.10),
    (131072, 128, 8, torch.float16, 0.14, 0.40),
    (1000000, 64, 8, torch.float16, 0.45, 1.4),
    (1000000, 128, 8, torch.float16, 0.75, 2.2),
    (1000000, 512, 8, torch.float16, 2.9, 8.0),
    (1000000, 2048, 8, torch.float16, 11.5, 28.0),
    (1000000, 128, 8, torch.float32, 2.5, 8.0),
    (1000000, 128, 8, torch.bfloat16, 0.75, 2.2),
    (1000000, 128, 16, torch.float16, None, None),
    (1000000, 128, 32, torch.float16, None, None),
]
BACKENDS = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.CUDNN_ATTENTION]
HEADS = 8
# N, M, type and PyTorch's backend whose accuracy stands beside ours
ACCURACY = [(points, latents, dtype, backend) for points, latents in ((20000, 128), (16384, 64))
            for dtype, backend in ((torch.float16, SDPBackend.FLASH_ATTENTION),
                                   (torch.bfloat16, SDPBackend.FLASH_ATTENTION),
                                   (torch.float32, SDPBackend.EFFICIENT_ATTENTION))]


def median_ms(work, budget_ms=150.0, most=200):
    """Median of single runs, timed by events; first a run to warm up and one to choose the number of runs."""
    work()
    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    work()
    stop.record()
    torch.cuda.synchronize()
    count = max(3, min(most, int(budget_ms / max(start.elapsed_time(stop), 1e-3))))
    events = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)) for _ in range(count)]
    for begin, end in events:
        begin.record()
        work()
        end.record()
    torch.cuda.synchronize()
    return statistics.median(begin.elapsed_time(end) for begin, end in events)


def replay_ms(work):
    """Median of a graph's replay, ten replays between two events."""
    graph = torch.cuda.CUDAGraph()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        work()
    torch.cuda.current_stream().wait_stream(side)
    with torch.cuda.graph(graph):
        work()
    return median_ms(lambda: [graph.replay() for _ in range(10)]) / 10


def draw(points, latents, width, dtype):
    generator = torch.Generator("cuda").manual_seed(1)
    new = lambda *shape: torch.randn(*shape, generator=generator, device="cuda", dtype=torch.float32)
    channels = HEADS * width
    return (new(HEADS, latents, width).mul_(0.5).to(dtype), new(points, channels).to(dtype),
            new(points, channels).to(dtype), new(points, channels).to(dtype))


def ours(library, q, k, v, dy):
    offsets, scale = [0, k.shape[0]], 1.0
    space = library.workspace(library.library.mix_workspace, library.arguments(q, k, v, offsets, scale))
    out = library.forward(q, k, v, offsets, scale, space=space)
    gradients = library.backward(q, k, v, dy, out, offsets, scale, space=space)
    forward = lambda: library.forward(q, k, v, offsets, scale, out, space)
    both = lambda: (forward(), library.backward(q, k, v, dy, out, offsets, scale, gradients, space))
    both()
    result = {"forward": median_ms(forward), "both": median_ms(both), "forward_graph": replay_ms(forward),
              "both_graph": replay_ms(both)}
    return result, {"y": out["y"], **gradients}


def heads_first(t, width):
    return t.view(1, -1, HEADS, width).transpose(1, 2).contiguous()


def pytorch(q, k, v, dy, backend):
    """Contiguous [1, H, N, D], the layout that suits the library best."""
    width = q.shape[2]
    queries = q[None].clone().requires_grad_(True)
    keys, values = (heads_first(t, width).requires_grad_(True) for t in (k, v))
    upstream = heads_first(dy, width)

    def forward():
        with sdpa_kernel(backend):
            z = F.scaled_dot_product_attention(queries, keys, values, scale=1.0)
            return F.scaled_dot_product_attention(keys, queries, z, scale=1.0)

    def both():
        with sdpa_kernel(backend):
            return torch.autograd.grad(forward(), (queries, keys, values), upstream)

    back = lambda t: t[0].transpose(0, 1).reshape(k.shape)
    y, (dq, dk, dv) = forward(), both()
    values_of = {"y": back(y.detach()), "dq": dq[0], "dk": back(dk), "dv": back(dv)}
    with torch.no_grad():
        forward_ms = median_ms(forward)
    return {"forward": forward_ms, "both": median_ms(both)}, values_of


def best_pytorch(q, k, v, dy, mine):
    best, differences = {}, {}
    for backend in BACKENDS:
        try:
            times, theirs = pytorch(q, k, v, dy, backend)
        except (RuntimeError, torch.OutOfMemoryError):
            continue
        for key, ms in times.items():
            if ms < best.get(key, (math.inf, ""))[0]:
                best[key] = (ms, backend.name)
        if not differences:
            differences = {n: error(mine[n], theirs[n].double()) for n in mine}
        del theirs
        torch.cuda.empty_cache()
    return best, differences


def measure(library, shape, with_pytorch):
    points, latents, width, dtype, goal_forward, goal_both = shape
    q, k, v, dy = draw(points, latents, width, dtype)
    times, mine = ours(library, q, k, v, dy)
    properties = torch.cuda.get_device_properties(0)
    rate = 16 * properties.multi_processor_count * 1.755e9
    floor = HEADS * points * latents / rate * 1e3
    row = {"N": points, "M": latents, "D": width, "type": str(dtype)[6:], "H": HEADS, **times,
           "goal_forward": goal_forward, "goal_both": goal_both, "exponential_floor_forward": 2 * floor,
           "exponential_floor_both": 4 * floor}
    if with_pytorch:
        best, row["differences"] = best_pytorch(q, k, v, dy, mine)
        row["pytorch_forward"], row["pytorch_forward_backend"] = best["forward"]
        row["pytorch_both"], row["pytorch_both_backend"] = best["both"]
    return row


def accuracy(library, points, latents, dtype, backend):
    q, k, v, dy = draw(points, latents, 8, dtype)
    offsets = [0, points]
    expected = reference(q, k, v, dy, offsets, 1.0, "cuda")
    mine = library.forward(q, k, v, offsets, 1.0)
    mine.update(library.backward(q, k, v, dy, mine, offsets, 1.0))
    _, theirs = pytorch(q, k, v, dy, backend)
    for name, values in (("ours", mine), (f"PyTorch's {backend.name}", theirs)):
        print(f"{points:8d} {latents:5d} {str(dtype)[6:]:9s}{name:32s}" +
              " ".join(f"{n} {error(values[n], expected[n]):.2e}" for n in theirs), flush=True)


def show(row):
    goal = lambda x: f"{x:7.2f}" if x else "      -"
    text = (f"{row['N']:8d} {row['M']:5d} {row['D']:3d} {row['type']:9s} fwd {row['forward']:8.3f} goal"
            f"{goal(row['goal_forward'])} both {row['both']:8.3f} goal{goal(row['goal_both'])} graph "
            f"{row['forward_graph']:7.3f} {row['both_graph']:7.3f} floor "
            f"{row['exponential_floor_forward'] / row['forward_graph']:4.0%} "
            f"{row['exponential_floor_both'] / row['both_graph']:4.0%}")
    if "pytorch_both" in row:
        text += (f" | PyTorch {row['pytorch_forward']:7.2f} {row['pytorch_both']:7.2f} ratio "
                 f"{row['pytorch_forward'] / row['forward']:5.1f} {row['pytorch_both'] / row['both']:5.1f} | "
                 f"differences " + " ".join(f"{n} {e:.0e}" for n, e in row["differences"].items()))
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--json")
    parser.add_argument("--only", type=int, nargs="*")
    parser.add_argument("--no-pytorch", action="store_true")
    parser.add_argument("--accuracy", action="store_true")
    options = parser.parse_args()
    library = Library(options.library)
    if options.accuracy:
        for case in ACCURACY:
            accuracy(library, *case)
        return
    rows = []
    for i, shape in enumerate(SHAPES):
        if options.only is None or i in options.only:
            rows.append(measure(library, shape, not options.no_pytorch))
            show(rows[-1])
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"date": datetime.date.today().isoformat(), "device": torch.cuda.get_device_name(0),
                       "torch": torch.__version__, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
