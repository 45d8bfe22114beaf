"""Optimisers, schedule and averaging of the recipes."""

import re

import torch

# Inner matrices of the network: those that Muon takes.
INNER_MATRIX = re.compile(
    r"blocks\.\d+\.(att\.[kv]_proj|mlp)\..*weight|blocks\.\d+\.att\.out_proj\.weight"
    r"|in_proj\.(fcs\.\d+|fc2)\.weight|out_proj\.1\.(fc1|fcs\.\d+)\.weight"
)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised, matrix by matrix."""

    def __init__(self, matrices, lr, momentum=0.95):
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                if not state:
                    state["momentum"] = torch.zeros_like(w)
                buffer = state["momentum"].mul_(group["momentum"]).add_(w.grad)
                update = orthogonalise(w.grad + group["momentum"] * buffer)
                w.sub_(group["lr"] * 0.2 * max(w.shape) ** 0.5 * update)


def orthogonalise(matrix, steps=5):
    """Brings all singular values of a matrix near 1, by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if is_tall else matrix
    x = x / (torch.linalg.norm(x) + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if is_tall else x


def make_optimizers(model, recipe, total_steps):
    """The recipe's optimisers, each with its one-cycle schedule."""
    named = dict(model.named_parameters())
    matrices = [name for name in named if recipe.optimizer == "muon" and INNER_MATRIX.fullmatch(name)]
    rest = [name for name in named if name not in matrices]
    groups = [
        {"params": [named[n] for n in rest if named[n].dim() == 2], "weight_decay": recipe.weight_decay},
        {"params": [named[n] for n in rest if named[n].dim() != 2], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW(
        groups, lr=recipe.learning_rate, betas=(recipe.beta1, recipe.beta2), eps=recipe.epsilon
    )
    pairs = [(adamw, one_cycle(adamw, recipe.learning_rate, recipe.momentum_cycle, recipe, total_steps))]
    if matrices:
        muon = Muon([named[n] for n in matrices], recipe.muon_learning_rate)
        pairs.append((muon, one_cycle(muon, recipe.muon_learning_rate, False, recipe, total_steps)))
    return pairs


def one_cycle(optimizer, peak, cycles_momentum, recipe, total_steps):
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=peak,
        total_steps=total_steps,
        pct_start=recipe.warmup,
        anneal_strategy="cos",
        div_factor=1e4,
        final_div_factor=1.0,
        cycle_momentum=cycles_momentum,
        base_momentum=0.85,
        max_momentum=0.95,
    )


class AveragedWeights:
    """The exponential moving average of a model's weights: the weights that are kept in the end."""

    def __init__(self, model, decay, has_warmup):
        self.decay, self.has_warmup, self.step = decay, has_warmup, 0
        self.weights = {name: p.detach().clone() for name, p in model.named_parameters()}

    @torch.no_grad()
    def update(self, model):
        self.step += 1
        decay = self.decay
        if self.has_warmup:
            decay = min(decay, (1 + self.step) / (10 + self.step))
        for name, p in model.named_parameters():
            self.weights[name].mul_(decay).add_(p, alpha=1 - decay)
