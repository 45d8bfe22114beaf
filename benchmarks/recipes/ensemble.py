"""Trains many networks of one size at once, as one batched computation on a GPU.

The runs of an ensemble differ in seed, hold-out fold and hyper-parameters; each does what
tests/reference_training/train.py does alone (check_ensemble.py compares the two). Meshes are small and a
step is bound by the number of its kernels, so thirty runs cost little more than one. Meshes are
padded to a common size here, and the padding masked, which nothing but this study does.
"""

import math
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F

from dataset import Normalisation, batches, field_norms, norm_floors
from flare_model import Architecture, FlareModel, initialise
from optimizers import INNER_MATRIX
from recipe import Recipe

PADDED_SIZE_STEP = 128  # a captured graph per multiple of this many points
MASKED = -1e4  # added to the scores of padding: its exponential is 0


@dataclass(frozen=True)
class Run:
    """A recipe, a seed, the cases held out, and two things that were tried and are in no recipe."""

    recipe: Recipe
    seed: int
    validation: tuple
    muon_weight_decay: float = 0.0  # decoupled decay of Muon's matrices
    point_fraction: float = 1.0  # every step sees only this part of a case's points


class PaddedCases:
    """All cases of a data set as seen by every run: normalised by its training cases, padded."""

    def __init__(self, data, runs, device, dtype):
        sizes = np.array([len(c.inputs) for c in data.cases])
        width = -(-sizes.max() // PADDED_SIZE_STEP) * PADDED_SIZE_STEP
        splits = sorted({run.validation for run in runs})
        shuffles = [np.random.default_rng(i).permutation(n) for i, n in enumerate(sizes)]
        inputs, targets, denominators, scales = [], [], [], []
        for split in splits:
            training = [i for i in range(len(sizes)) if i not in split]
            n = Normalisation.fit([data.cases[i] for i in training])
            rows = [n.normalise_inputs(c.inputs)[order] for c, order in zip(data.cases, shuffles)]
            inputs.append(np.stack([pad(r, width) for r in rows]))
            rows = [n.normalise_targets(c.targets)[order] for c, order in zip(data.cases, shuffles)]
            targets.append(np.stack([pad(r, width) for r in rows]))
            norms = field_norms(data, range(len(sizes)))
            denominators.append(np.maximum(norms, norm_floors(norms[training])))
            scales.append(n.target_scale)
        self.inputs, self.targets, self.denominators, self.scales = (
            torch.tensor(np.stack(x), device=device, dtype=dtype)
            for x in (inputs, targets, denominators, scales)
        )  # [splits, cases, points, channels], [splits, cases, fields], [splits, channels]
        self.sizes = torch.tensor(sizes, device=device)
        self.split_of_run = torch.tensor([splits.index(r.validation) for r in runs], device=device)
        self.width = width


def pad(rows, width):
    return np.pad(rows, ((0, width - len(rows)), (0, 0)))


class Ensemble:
    def __init__(self, data, runs, total_steps, device="cuda", dtype=torch.float32, weights=None):
        self.data, self.runs, self.total_steps = data, runs, total_steps
        self.device, self.dtype = torch.device(device), dtype
        self.recipe = runs[0].recipe  # for what all runs share: sizes and batch size
        self.cases = PaddedCases(data, runs, self.device, dtype)
        self.octaves = max(run.recipe.encoding.octaves for run in runs)
        self.make_parameters(weights)
        self.make_schedules()
        self.make_order()
        self.graphs = {}
        self.stream = torch.cuda.Stream() if self.device.type == "cuda" else None

    # Parameters: one row per run of one flat tensor; `views` are the network's weights inside it.

    def make_parameters(self, weights):
        r = self.recipe
        channels = self.cases.inputs.shape[-1] + 6 * self.octaves
        outputs = self.cases.targets.shape[-1]
        architecture = Architecture(
            channels, outputs, channels=r.channels, blocks=r.blocks, heads=r.heads, latents=r.latents
        )
        states = []
        for run in self.runs:
            model = FlareModel(architecture).to(self.dtype)
            initialise(model, torch.Generator().manual_seed(run.seed))
            if weights:
                model.load_state_dict(weights)
            states.append(dict(model.named_parameters()))
        names = sorted(states[0], key=lambda name: not INNER_MATRIX.fullmatch(name))
        self.matrices = sum(1 for name in names if INNER_MATRIX.fullmatch(name))
        rows = [torch.cat([state[name].detach().flatten() for name in names]) for state in states]
        self.flat = torch.stack(rows).to(self.device)
        self.views, decays, end = {}, [], 0
        for name in names:
            shape = states[0][name].shape
            start, end = end, end + shape.numel()
            view = self.flat[:, start:end].view(len(self.runs), *shape)
            self.views[name] = view.detach().requires_grad_()
            decays.append(torch.full((shape.numel(),), float(len(shape) == 2)))
        self.decays = torch.cat(decays).to(self.device, self.dtype)
        self.first_moment = torch.zeros_like(self.flat)
        self.second_moment = torch.zeros_like(self.flat)
        self.average = self.flat.clone()
        self.momentum = torch.zeros_like(self.matrix_part(self.flat))
        is_muon = [[run.recipe.optimizer == "muon"] for run in self.runs]
        self.is_muon = torch.tensor(is_muon, device=self.device)

    def matrix_part(self, flat):
        """The inner matrices [runs, matrices, C, C]: they come first in the flat tensor."""
        c = self.recipe.channels
        return flat[:, : self.matrices * c * c].unflatten(1, (self.matrices, c, c))

    # Schedules: every number that varies with the step, as tables [steps, runs, 1].

    def make_schedules(self):
        steps, recipes = self.total_steps, [run.recipe for run in self.runs]

        def table(columns):
            columns = np.stack(columns, axis=1)
            return torch.tensor(columns[:, :, None], device=self.device, dtype=self.dtype)

        t = np.arange(1, steps + 1)
        cycles = [one_cycle(steps, r.warmup, 1e-4, 1.0, 1e-4) for r in recipes]
        beta1 = [
            one_cycle(steps, r.warmup, 0.95, 0.85, 0.95) if r.momentum_cycle else np.full(steps, r.beta1)
            for r in recipes
        ]
        beta2 = [np.full(steps, r.beta2) for r in recipes]
        warm = (1 + t) / (10 + t)
        self.rate = table([r.learning_rate * c for r, c in zip(recipes, cycles)])
        self.muon_rate = table([r.muon_learning_rate * c for r, c in zip(recipes, cycles)])
        self.beta1, self.beta2 = table(beta1), table(beta2)
        self.correction1 = table([1 - b**t for b in beta1])
        self.correction2 = table([np.sqrt(1 - b**t) for b in beta2])
        self.ema = table(
            [
                np.minimum(r.ema_decay, warm) if r.ema_warmup else np.full(steps, r.ema_decay)
                for r in recipes
            ]
        )

        def column(values):
            return torch.tensor([[v] for v in values], device=self.device, dtype=self.dtype)

        self.weight_decay = column([r.weight_decay for r in recipes])
        self.muon_decay = column([run.muon_weight_decay for run in self.runs])
        self.epsilon = column([r.epsilon for r in recipes])
        self.clip = column([r.gradient_clip or math.inf for r in recipes])
        frequencies = np.zeros((len(recipes), self.octaves))
        for row, r in zip(frequencies, recipes):
            row[: r.encoding.octaves] = r.encoding.base_frequency * 2.0 ** np.arange(r.encoding.octaves)
        self.frequencies = torch.tensor(frequencies, device=self.device, dtype=self.dtype)

    def make_order(self):
        """Which cases every run's step takes [steps, runs, batch], their weights, and the padded sizes."""
        size, runs = self.recipe.batch_size, self.runs
        cases = np.zeros((self.total_steps, len(runs), size), dtype=np.int64)
        weights = np.zeros(cases.shape)
        for r, run in enumerate(runs):
            training = [i for i in range(len(self.data.cases)) if i not in run.validation]
            for t, batch in enumerate(islice(batches(training, size, run.seed), self.total_steps)):
                cases[t, r, : len(batch)] = batch
                weights[t, r, : len(batch)] = 1 / len(batch)
        sizes = self.cases.sizes.cpu().numpy()[cases]
        fraction = np.array([run.point_fraction for run in runs])[:, None]
        largest = np.ceil(sizes * fraction).max(axis=(1, 2))
        self.padded = (-(-largest // PADDED_SIZE_STEP) * PADDED_SIZE_STEP).astype(int)
        self.order = torch.tensor(cases, device=self.device)
        self.order_weights = torch.tensor(weights, device=self.device, dtype=self.dtype)
        self.fraction = torch.tensor(fraction, device=self.device, dtype=torch.float64)
        self.samples_points = any(run.point_fraction < 1 for run in runs)
        self.now = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.losses = torch.zeros(self.total_steps, len(runs), device=self.device, dtype=self.dtype)

    # The network.

    def linear(self, x, name):
        """x [runs, points of all cases, in] -> [runs, points of all cases, out]"""
        weight, bias = self.views[name + ".weight"], self.views[name + ".bias"]
        return torch.baddbmm(bias[:, None, :], x, weight.transpose(1, 2))

    def mlp(self, x, name, layers, input_residual, output_residual):
        y = F.gelu(self.linear(x, name + ".fc1"), approximate="tanh")
        if input_residual:
            y = y + x
        for i in range(layers):
            y = y + F.gelu(self.linear(y, f"{name}.fcs.{i}"), approximate="tanh")
        out = self.linear(y, name + ".fc2")
        return out + y if output_residual else out

    def norm(self, x, name):
        x = F.layer_norm(x, x.shape[-1:], eps=1e-5)
        return torch.addcmul(self.views[name + ".bias"][:, None], x, self.views[name + ".weight"][:, None])

    def mixer(self, x, name, mask):
        runs, batch, _, points = mask.shape
        heads, latents = self.recipe.heads, self.recipe.latents
        split = (runs, batch, points, heads, -1)
        k = self.mlp(x, name + ".k_proj", 3, True, True).view(split).transpose(2, 3)
        v = self.mlp(x, name + ".v_proj", 3, True, True).view(split).transpose(2, 3)
        q = self.views[name + ".latent_q"].reshape(runs, 1, heads, latents, -1)
        scores = q @ k.transpose(3, 4) + mask[:, :, None]  # [runs, batch, heads, latents, points]
        encoded = torch.softmax(scores, dim=4) @ v
        mixed = torch.softmax(scores, dim=3).transpose(3, 4) @ encoded
        return self.linear(mixed.transpose(2, 3).reshape(x.shape), name + ".out_proj")

    def forward(self, inputs, mask):
        """[runs, batch, points, channels] -> [runs, batch, points, outputs]"""
        runs, batch, points, _ = inputs.shape
        x = self.mlp(self.encode(inputs).flatten(1, 2), "in_proj", 2, False, True)
        for b in range(self.recipe.blocks):
            name = f"blocks.{b}"
            x = x + self.mixer(self.norm(x, name + ".norm1"), name + ".att", mask)
            x = x + self.mlp(self.norm(x, name + ".norm2"), name + ".mlp", 3, True, True)
        x = self.mlp(self.norm(x, "out_proj.0"), "out_proj.1", 2, True, False)
        return x.view(runs, batch, points, -1)

    def encode(self, inputs):
        """Sine and cosine channels; runs with fewer octaves than others see zeros in their place."""
        columns = [inputs]
        for k in range(self.octaves):
            frequency = self.frequencies[:, k].view(-1, 1, 1, 1)
            phase = frequency * inputs[..., :3]
            columns += [torch.sin(phase), torch.cos(phase) * (frequency > 0)]
        return torch.cat(columns, dim=3)

    def errors_of(self, cases, width):
        """Relative errors [runs, batch, fields] of cases [runs, batch], padded to a width."""
        c = self.cases
        split = c.split_of_run[:, None].expand_as(cases)
        counts = c.sizes[cases]
        if self.samples_points:
            counts = (counts * self.fraction).ceil().long()
            start = torch.rand(cases.shape, device=self.device) * c.sizes[cases]
            points = torch.arange(width, device=self.device) + start.long()[..., None]
            points %= c.sizes[cases][..., None]  # a cyclic window of the points' random order
            part = (split[..., None], cases[..., None], points)
            inputs, targets = c.inputs[part], c.targets[part]
        else:
            inputs, targets = c.inputs[split, cases, :width], c.targets[split, cases, :width]
        present = (torch.arange(width, device=self.device) < counts[..., None]).to(self.dtype)
        prediction = self.forward(inputs, (1 - present)[:, :, None] * MASKED)
        scale = c.scales[c.split_of_run][:, None, None]
        difference = torch.where(scale > 0, scale * (prediction - targets), -targets) * present[..., None]
        slices = self.data.field_slices()
        norms = torch.stack([difference[..., s].square().sum(dim=(2, 3)).sqrt() for s in slices], dim=2)
        share = torch.sqrt(counts / c.sizes[cases]).to(self.dtype)
        return norms / (c.denominators[split, cases] * share[..., None])

    # Steps.

    def step(self, width):
        now = self.now
        errors = self.errors_of(self.order[now][0], width)
        losses = (errors.mean(dim=2) * self.order_weights[now][0]).sum(dim=1)
        gradients = torch.autograd.grad(losses.sum(), list(self.views.values()))
        with torch.no_grad():
            self.losses.index_copy_(0, now, losses[None])
            gradient = torch.cat([g.flatten(1) for g in gradients], dim=1)
            norm = torch.linalg.norm(gradient, dim=1, keepdim=True)
            gradient = gradient * torch.clamp(self.clip / (norm + 1e-6), max=1.0)
            adamw = self.adamw_update(gradient)
            muon = self.muon_update(gradient)
            end = muon.shape[1]
            adamw[:, :end] = torch.where(self.is_muon, muon, adamw[:, :end])
            self.flat.add_(adamw)
            self.average.add_((1 - self.ema[now][0]) * (self.flat - self.average))
            now.add_(1)

    def adamw_update(self, gradient):
        now = self.now
        rate, beta1, beta2 = self.rate[now][0], self.beta1[now][0], self.beta2[now][0]
        self.first_moment.add_((1 - beta1) * (gradient - self.first_moment))
        self.second_moment.mul_(beta2).add_((1 - beta2) * gradient**2)
        denominator = self.second_moment.sqrt() / self.correction2[now][0] + self.epsilon
        decay = rate * self.weight_decay * self.decays
        # Decoupled decay first, then the step, as torch.optim.AdamW does.
        return -decay * self.flat - rate / self.correction1[now][0] * self.first_moment / denominator

    def muon_update(self, gradient):
        rate = self.muon_rate[self.now][0]
        g = self.matrix_part(gradient)
        self.momentum.mul_(0.95).add_(g)
        u = orthogonalise(g + 0.95 * self.momentum).flatten(1)
        decay = self.muon_decay * self.flat[:, : u.shape[1]]
        return -rate * (0.2 * math.sqrt(self.recipe.channels) * u + decay)

    def train(self, steps=None):
        """Makes the steps; on a GPU each padded size is a captured graph."""
        self.capture_graphs()
        self.replay(steps)

    def capture_graphs(self):
        if self.device.type == "cuda":
            for width in sorted(set(self.padded.tolist())):
                self.graphs[width] = self.capture(width)

    def replay(self, steps=None):
        """May run beside other ensembles, on a thread and a stream of its own."""
        for width in self.padded[:steps].tolist():
            if self.graphs:
                with torch.cuda.stream(self.stream):
                    self.graphs[width].replay()
            else:
                self.step(width)
        if self.graphs:
            self.stream.synchronize()

    def capture(self, width):
        tensors = [
            self.flat,
            self.first_moment,
            self.second_moment,
            self.average,
            self.momentum,
            self.now,
            self.losses,
        ]
        saved = [t.clone() for t in tensors]
        torch.cuda.synchronize()
        with torch.cuda.stream(self.stream):
            self.step(width)  # warms up what may not be captured
        torch.cuda.synchronize()
        for t, before in zip(tensors, saved):
            t.copy_(before)
        graph = torch.cuda.CUDAGraph()
        pool = next(iter(self.graphs.values())).pool() if self.graphs else None
        with torch.cuda.graph(graph, pool=pool):
            self.step(width)
        return graph

    @torch.no_grad()
    def errors(self, cases_of_run, averaged=True):
        """Relative errors [runs, cases, fields] of the (averaged) weights over whole cases."""
        cases = torch.tensor(cases_of_run, device=self.device)
        raw, samples = self.flat.clone(), self.samples_points
        if averaged:
            self.flat.copy_(self.average)
        self.samples_points = False
        columns = [self.errors_of(cases[:, [i]], self.cases.width) for i in range(cases.shape[1])]
        self.flat.copy_(raw)
        self.samples_points = samples
        return torch.cat(columns, dim=1)


def one_cycle(steps, warmup, start, peak, end):
    """The values of torch's OneCycleLR over a run: a cosine up to the peak, then a cosine down."""
    t = np.arange(steps)
    turn = warmup * steps - 1
    up = (1 - np.cos(np.pi * t / turn)) / 2
    down = (1 + np.cos(np.pi * (t - turn) / (steps - 1 - turn))) / 2
    return np.where(t <= turn, start + (peak - start) * up, end + (peak - end) * down)


def orthogonalise(u):
    """Muon's Newton-Schulz iteration on [..., C, C]."""
    x = (u / (torch.linalg.norm(u, dim=(-2, -1), keepdim=True) + 1e-7)).flatten(0, 1)
    for _ in range(5):
        gram = x @ x.transpose(1, 2)
        polynomial = torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315)
        x = torch.baddbmm(x, polynomial, x, beta=3.4445)
    return x.unflatten(0, u.shape[:2])
