"""Checks the mixer's CUDA kernels against the double reference on a grid of shapes.

    python check_mix.py libmix.so [device]

The bounds: u is the unit roundoff of the type that weights are narrowed to. A weight carries the rounding of a
score's terms (fp32, see mix_test.cpp) and its own, u; v or z, another u; the output, another u. Sums over many
weights let roundings cancel, so 3 u bounds y. A gradient has the same for dZ and for dS, whose two terms are
subtracted: 4 times that where the two do not cancel. Cases in which they do (one point, one latent, keys all the
same) are compared on the scale of the terms, |dy| |v|, instead of the gradient's own."""

import sys

import torch

from mix_library import Library, error, reference

DEVICE = sys.argv[2] if len(sys.argv) > 2 else "cuda"
UNIT = {torch.float16: 2**-11, torch.bfloat16: 2**-8, torch.float32: 2**-24, torch.float64: 2**-53}


def problem(heads, latents, width, offsets, dtype, size=1.0, scale=0.7, dy=1.0, seed=3, kind=None):
    generator = torch.Generator().manual_seed(seed + 7 * latents + offsets[-1])
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
    points = offsets[-1]
    q, k, v = size * draw(heads, latents, width), draw(points, heads * width), draw(points, heads * width)
    if kind == "identical keys":
        k[:] = k[0]
    if kind == "dominating key":
        k[points // 2] = 3.0 * q[:, latents // 2].reshape(-1)
    if kind == "growing scores":
        k *= torch.linspace(0.01, 3.0, points, dtype=torch.float64)[:, None]
    if kind == "far apart":  # c - L beyond what one exponential can serve
        q *= torch.linspace(0.05, 1.0, latents, dtype=torch.float64)[None, :, None]
        q[:, :, 0] += torch.linspace(-1.0, 1.0, latents, dtype=torch.float64) * 12.0
        k[:, ::width] = k[:, ::width].abs() + 3.0
    tensors = [t.to(dtype).to(DEVICE) for t in (q, k, v, dy * draw(points, heads * width))]
    return tensors, offsets, scale


def scale_of_terms(q, k, scale):
    return abs(scale) * q.double().abs().max().item() * k.double().abs().max().item() * q.shape[2]


def check(library, name, tensors, offsets, scale, degenerate=False, bound_factor=1.0):
    q, k, v, dy = tensors
    expected = reference(q, k, v, dy, offsets, scale, DEVICE)
    out = library.forward(q, k, v, offsets, scale)
    out.update(library.backward(q, k, v, dy, out, offsets, scale))
    again = library.forward(q, k, v, offsets, scale)
    again.update(library.backward(q, k, v, dy, again, offsets, scale))
    same = all(torch.equal(torch.nan_to_num(out[n], 7), torch.nan_to_num(again[n], 7)) for n in out)
    # fp32 scores: relative error of a weight, times both softmaxes; exponentials of the GPU are good to 2^-22.
    arithmetic = 2**-53 if k.dtype == torch.float64 else 2**-22
    weight = arithmetic * (8 * max(1.0, scale_of_terms(q, k, scale)) + 16)
    bound = 3.0 * UNIT[k.dtype] + weight
    errors, failed = {}, not same
    for n in ("y", "dq", "dk", "dv"):
        e = error(out[n], expected[n])
        if degenerate and n in ("dq", "dk"):
            terms = dy.double().abs().max() * v.double().abs().max() * k.double().abs().max() * k.shape[0] ** 0.5
            e = ((out[n].double() - expected[n]).abs().max() / terms).item()
        errors[n] = e
        failed = failed or not e <= bound_factor * bound * (1 if n == "y" else 4)
    filled = torch.isfinite(expected["latent_log"])
    logs = {"L": (out["latent_log"].double() - expected["latent_log"])[filled], "c": out["point_log"].double() -
            expected["point_log"]}
    for n, difference in logs.items():
        errors[n] = difference.abs().max().item()
        failed = failed or not errors[n] <= bound * 2
    failed = failed or not torch.equal(torch.isinf(out["latent_log"]), ~filled)
    print(("FAILED " if failed else "ok     ") + f"{str(k.dtype)[6:]:9s}{name:36s} bound {bound:.1e} " +
          " ".join(f"{n} {e:.1e}" for n, e in errors.items()) + ("" if same else " NOT REPEATED"), flush=True)
    return failed


def grid(dtype):
    narrow = dtype in (torch.float16, torch.bfloat16)
    yield "8x64x8 N=1031", problem(8, 64, 8, [0, 1031], dtype), {}
    yield "8x128x8 N=20000", problem(8, 128, 8, [0, 20000], dtype), {}
    yield "2x5x4 N=2", problem(2, 5, 4, [0, 2], dtype), {}
    yield "3x17x6 N=63", problem(3, 17, 6, [0, 63], dtype), {}
    yield "3x17x5 N=63", problem(3, 17, 5, [0, 63], dtype), {}
    yield "2x130x7 N=2049", problem(2, 130, 7, [0, 2049], dtype), {}
    yield "5x200x16 N=777", problem(5, 200, 16, [0, 777], dtype, scale=0.4), {}
    yield "2x33x32 N=300", problem(2, 33, 32, [0, 300], dtype, scale=0.3), {}
    yield "1x9x100 N=530", problem(1, 9, 100, [0, 530], dtype, scale=0.1), {}
    yield "2x20x128 N=333", problem(2, 20, 128, [0, 333], dtype, scale=0.1), {}
    yield "1x4096x8 N=131", problem(1, 4096, 8, [0, 131], dtype), {}
    yield "2x1500x8 N=3000", problem(2, 1500, 8, [0, 3000], dtype), {}
    yield "segments with an empty one", problem(2, 12, 8, [0, 40, 40, 1490, 1491, 3000], dtype), {}
    yield "100 segments", problem(2, 12, 8, list(range(0, 1010, 10)), dtype), {}
    yield "negative scale", problem(2, 40, 8, [0, 500], dtype, scale=-0.7), {}
    yield "scores of 1e-3", problem(2, 40, 8, [0, 500], dtype, size=1e-3), {"bound_factor": 4.0}
    yield "growing scores", problem(2, 40, 8, [0, 5000], dtype, size=2.0, scale=1.0, kind="growing scores"), {}
    yield "far apart", problem(2, 40, 8, [0, 900], dtype, size=1.0, scale=1.0, kind="far apart"), {}
    yield "dominating key", problem(2, 40, 8, [0, 900], dtype, scale=1.0, kind="dominating key"), {}
    yield "dy of 1e3", problem(2, 40, 8, [0, 900], dtype, dy=1e3), {}
    if dtype != torch.float16:  # below fp16's smallest normal number
        yield "dy of 1e-8", problem(2, 40, 8, [0, 900], dtype, dy=1e-8), {}
    yield "identical keys", problem(2, 40, 8, [0, 900], dtype, kind="identical keys"), {"degenerate": True}
    yield "one latent", problem(2, 1, 8, [0, 900], dtype), {"degenerate": narrow}
    yield "one point", problem(2, 40, 8, [0, 1], dtype), {"degenerate": True}


def check_large_scores(library, dtype):
    """Scores of 1e4: nothing overflows, and double stays exact."""
    (q, k, v, dy), offsets, scale = problem(2, 40, 8, [0, 900], dtype, size=20.0, scale=100.0)
    out = library.forward(q, k, v, offsets, scale)
    out.update(library.backward(q, k, v, dy, out, offsets, scale))
    finite = all(torch.isfinite(out[n]).all().item() for n in out)
    print(("ok     " if finite else "FAILED ") + f"{str(dtype)[6:]:9s}scores of 1e4 are finite", flush=True)
    return not finite


def check_repeated(library, dtype, latents):
    """Eight runs that fill the GPU many times over: a missing barrier shows as other bits in some of them."""
    heads, width, points = 8, 8, 1000000
    generator = torch.Generator(DEVICE).manual_seed(latents)
    draw = lambda *shape: torch.randn(*shape, generator=generator, device=DEVICE).to(dtype)
    q, (k, v, dy) = draw(heads, latents, width) * 0.5, (draw(points, heads * width) for _ in range(3))
    first, same = None, True
    for _ in range(8):
        out = library.forward(q, k, v, [0, points], 1.0)
        out.update(library.backward(q, k, v, dy, out, [0, points], 1.0))
        first = first or out
        same = same and all(torch.isfinite(out[n]).all() and torch.equal(out[n], first[n]) for n in out)
    print(("ok     " if same else "FAILED ") + f"{str(dtype)[6:]:9s}{points} points, {latents} latents: finite, and "
          "the same bits in eight runs", flush=True)
    return not same


def check_gram(library, dtype, heads, latents, width, offsets, size=1.0, scale=0.7):
    (q, k, v, dy), offsets, scale = problem(heads, latents, width, offsets, dtype, size=size, scale=scale)
    expected = reference(q, k, v, dy, offsets, scale, DEVICE)
    matrix, out = library.gram(q, k, offsets, scale)
    values = torch.linalg.eigvalsh(matrix.double()) - torch.linalg.eigvalsh(expected["gram"])
    worst, largest = values.abs().max().item(), scale_of_terms(q, k, scale)
    bound = 1e-6 if dtype == torch.float64 else 1e-4
    failed = not worst <= bound
    print(("FAILED " if failed else "ok     ") + f"{str(dtype)[6:]:9s}gram {heads}x{latents}x{width} {offsets[-1]} "
          f"scores to {largest:.0f}: eigenvalues within {worst:.1e}", flush=True)
    return failed


def check_far_offsets(library):
    """A mesh whose rows begin beyond 2^31 values gives what it gives alone."""
    heads, width, far, points = 8, 8, 2**25 + 4321, 999
    generator = torch.Generator("cuda").manual_seed(5)
    draw = lambda *shape: torch.randn(*shape, generator=generator, device="cuda", dtype=torch.float16)
    q = draw(heads, 64, width) * 0.5
    k, v, dy = (draw(far + points, heads * width) for _ in range(3))
    offsets = [0, far, far + points]
    out = library.forward(q, k, v, offsets, 1.0)
    out.update(library.backward(q, k, v, dy, out, offsets, 1.0))
    finite = all(torch.isfinite(out[n]).all().item() for n in ("y", "dq", "dk", "dv"))
    tail = [t[far:].contiguous() for t in (k, v, dy)]
    alone = library.forward(q, tail[0], tail[1], [0, points], 1.0)
    alone.update(library.backward(q, *tail, alone, [0, points], 1.0))
    # The same points in the same order, but chunks may be cut elsewhere: fp16's rounding, as in check().
    worst = max(error(out[n][far:], alone[n].double()) for n in ("y", "dk", "dv"))
    failed = not finite or not worst <= 4 * 3 * UNIT[torch.float16]
    print(("FAILED " if failed else "ok     ") + f"float16  rows beyond 2^31 values: {worst:.1e}, finite {finite}")
    return failed


def main():
    if DEVICE == "cuda" and not torch.cuda.is_available():
        print("skipped: PyTorch finds no GPU")
        return 77
    library = Library(sys.argv[1], DEVICE)
    failures = 0
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        for name, (tensors, offsets, scale), options in grid(dtype):
            failures += check(library, name, tensors, offsets, scale, **options)
        failures += check_large_scores(library, dtype)
    if DEVICE == "cuda":
        for dtype, latents in ((torch.float16, 128), (torch.float16, 300), (torch.float32, 128)):
            failures += check_repeated(library, dtype, latents)
        if torch.cuda.mem_get_info()[0] > 40e9:
            failures += check_far_offsets(library)
    for dtype in (torch.float32, torch.float64):
        failures += check_gram(library, dtype, 8, 64, 8, [0, 5000])
        failures += check_gram(library, dtype, 3, 130, 5, [0, 4099])
        failures += check_gram(library, dtype, 2, 40, 8, [0, 3000], size=3.0, scale=1.0)
        failures += check_gram(library, dtype, 1, 300, 16, [0, 700], scale=0.4)
    print(f"{failures} failed")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
