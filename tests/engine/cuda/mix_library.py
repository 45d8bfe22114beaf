"""The CUDA mixer's plain interface (engine/src/cuda/mix.h) for tests and benchmarks in Python, and the double
reference that it is checked against."""

import ctypes
import math

import torch

TYPES = {torch.float16: 0, torch.bfloat16: 1, torch.float32: 2, torch.float64: 3}


def pointer(t):
    return ctypes.c_void_p(0 if t is None else t.data_ptr())


class Library:
    """Loads benchmarks/mix_cuda/plain_interface.cu, built as a shared library."""

    def __init__(self, path, device="cuda"):
        self.library = ctypes.CDLL(path)
        self.device = device
        self.library.mix_workspace.restype = ctypes.c_long
        self.library.mix_gram_workspace.restype = ctypes.c_long

    def stream(self):
        return ctypes.c_void_p(torch.cuda.current_stream().cuda_stream if self.device == "cuda" else 0)

    def arguments(self, q, k, v, offsets, scale):
        heads, latents, width = q.shape
        bounds = (ctypes.c_long * len(offsets))(*offsets)
        return [TYPES[k.dtype], heads, latents, width, ctypes.c_long(len(offsets) - 1), bounds,
                ctypes.c_double(scale), pointer(q), pointer(k), pointer(v)]

    def workspace(self, function, arguments):
        # Poisoned, so that what is read before it is written shows as NaN.
        size = function(*arguments)
        return torch.full((size,), 0xFF, dtype=torch.uint8, device=self.device)

    def call(self, function, *arguments):
        error = function(*arguments)
        if error:
            raise RuntimeError(f"CUDA error {error}")

    def outputs(self, q, k, offsets):
        sums = torch.float64 if k.dtype == torch.float64 else torch.float32
        heads, latents, width = q.shape
        new = lambda *shape: torch.full(shape, math.nan, dtype=sums, device=k.device)
        return {"y": torch.full_like(k, math.nan), "z": new(len(offsets) - 1, heads, latents, width),
                "latent_log": new(len(offsets) - 1, heads, latents), "point_log": new(heads, k.shape[0])}

    def forward(self, q, k, v, offsets, scale, out=None, space=None):
        arguments = self.arguments(q, k, v, offsets, scale)
        out = out or self.outputs(q, k, offsets)
        space = self.workspace(self.library.mix_workspace, arguments) if space is None else space
        self.call(self.library.mix_forward, *arguments, pointer(out["y"]), pointer(out["z"]),
                  pointer(out["latent_log"]), pointer(out["point_log"]), pointer(space), self.stream())
        return out

    def backward(self, q, k, v, dy, out, offsets, scale, gradients=None, space=None):
        arguments = self.arguments(q, k, v, offsets, scale)
        space = self.workspace(self.library.mix_workspace, arguments) if space is None else space
        gradients = gradients or {"dq": torch.full(q.shape, math.nan, dtype=out["z"].dtype, device=k.device),
                                  "dk": torch.full_like(k, math.nan), "dv": torch.full_like(k, math.nan)}
        self.call(self.library.mix_backward, *arguments, pointer(out["y"]), pointer(dy), pointer(out["z"]),
                  pointer(out["latent_log"]), pointer(out["point_log"]), pointer(gradients["dq"]),
                  pointer(gradients["dk"]), pointer(gradients["dv"]), pointer(space), self.stream())
        return gradients

    def gram(self, q, k, offsets, scale):
        arguments = self.arguments(q, k, k, offsets, scale)
        out = self.outputs(q, k, offsets)
        heads, latents, _ = q.shape
        matrix = torch.full((len(offsets) - 1, heads, latents, latents), math.nan, dtype=k.dtype, device=k.device)
        space = self.workspace(self.library.mix_gram_workspace, arguments)
        self.call(self.library.mix_gram, *arguments, pointer(matrix), pointer(out["latent_log"]),
                  pointer(out["point_log"]), pointer(space), self.stream())
        return matrix, out


def reference(q, k, v, dy, offsets, scale, device="cpu"):
    """y, gradients, log-sum-exps and Gram matrices in double, with the scores in memory."""
    q = q.to(device, torch.float64).requires_grad_(True)
    k, v = (t.to(device, torch.float64).requires_grad_(True) for t in (k, v))
    heads, latents, width = q.shape
    ys, latent_logs, point_logs, grams = [], [], [], []
    for begin, end in zip(offsets[:-1], offsets[1:]):
        keys = k[begin:end].view(-1, heads, width).transpose(0, 1)
        values = v[begin:end].view(-1, heads, width).transpose(0, 1)
        s = scale * q @ keys.transpose(1, 2)
        z = torch.softmax(s, 2) @ values
        ys.append((torch.softmax(s, 1).transpose(1, 2) @ z).transpose(0, 1).reshape(end - begin, heads * width))
        with torch.no_grad():
            rows, columns = torch.logsumexp(s, 2), torch.logsumexp(s, 1)
            latent_logs.append(rows)
            point_logs.append(columns)
            b = torch.exp(s - 0.5 * rows[:, :, None] - 0.5 * columns[:, None, :])
            grams.append(b @ b.transpose(1, 2))
    y = torch.cat(ys)
    y.backward(dy.to(device, torch.float64))
    return {"y": y.detach(), "dq": q.grad, "dk": k.grad, "dv": v.grad, "latent_log": torch.stack(latent_logs),
            "point_log": torch.cat(point_logs, 1), "gram": torch.stack(grams)}


def error(a, b):
    a, b = a.to(b.device, torch.float64), b
    return ((a - b).norm() / b.norm().clamp_min(1e-300)).item()
