"""The FLARE network (arXiv 2508.12594) in plain PyTorch, with the published code's state names."""

import math
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Architecture:
    """The fields of engine/include/flare/architecture.h, under the same names."""

    inputs: int
    outputs: int
    channels: int = 64
    blocks: int = 8
    heads: int = 8
    latents: int = 64
    attentionScale: float = 1.0
    activation: str = "Gelu"  # or "Silu"
    norm: str = "Layer"  # or "Rms"
    queryKeyNorm: bool = False
    outputNorm: bool = True
    sharedLatents: bool = False
    keyLayers: int = 3
    valueLayers: int = 3
    feedForwardLayers: int = 3
    inOutLayers: int = 2
    keyRatio: float = 1.0
    valueRatio: float = 1.0
    feedForwardRatio: float = 1.0

    def make_norm(self, size):
        return nn.LayerNorm(size, eps=1e-5) if self.norm == "Layer" else nn.RMSNorm(size)

    def make_activation(self):
        return nn.GELU(approximate="tanh") if self.activation == "Gelu" else nn.SiLU()

    def make_channel_mlp(self, layers, ratio):
        """The residual MLP of keys, values and feed-forward parts."""
        return ResidualMLP(
            self, self.channels, int(self.channels * ratio), self.channels, layers, True, True
        )


class ResidualMLP(nn.Module):
    def __init__(self, architecture, inputs, hidden, outputs, layers, input_residual, output_residual):
        super().__init__()
        self.is_linear = layers == -1
        if self.is_linear:
            self.fc = nn.Linear(inputs, outputs)
            self.adds_input = input_residual and output_residual and inputs == outputs
            return
        self.fc1 = nn.Linear(inputs, hidden)
        self.fcs = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers))
        self.fc2 = nn.Linear(hidden, outputs)
        self.activation = architecture.make_activation()
        self.adds_input = input_residual and inputs == hidden
        self.adds_hidden = output_residual and hidden == outputs

    def forward(self, x):
        if self.is_linear:
            return x + self.fc(x) if self.adds_input else self.fc(x)
        y = self.activation(self.fc1(x))
        if self.adds_input:
            y = y + x
        for fc in self.fcs:
            y = y + self.activation(fc(y))
        return self.fc2(y) + y if self.adds_hidden else self.fc2(y)


class Mixer(nn.Module):
    """FLARE's token mixing: every head encodes the N points into M latents and decodes them again."""

    def __init__(self, a):
        super().__init__()
        self.heads, self.dimension, self.scale = a.heads, a.channels // a.heads, a.attentionScale
        width = self.dimension if a.sharedLatents else a.channels
        self.latent_q = nn.Parameter(torch.empty(width, a.latents))
        self.k_proj = a.make_channel_mlp(a.keyLayers, a.keyRatio)
        self.v_proj = a.make_channel_mlp(a.valueLayers, a.valueRatio)
        self.out_proj = nn.Linear(a.channels, a.channels)
        self.q_norm = a.make_norm(self.dimension) if a.queryKeyNorm else nn.Identity()
        self.k_norm = a.make_norm(self.dimension) if a.queryKeyNorm else nn.Identity()

    def forward(self, x):
        split = (len(x), self.heads, self.dimension)
        # The latents' memory is read as [H, M, D], whatever the shape of the parameter says.
        q = self.q_norm(self.latent_q.view(-1, self.latent_q.shape[1], self.dimension))
        k = self.k_norm(self.k_proj(x).view(split)).transpose(0, 1)
        v = self.v_proj(x).view(split).transpose(0, 1)
        scores = self.scale * q @ k.transpose(1, 2)  # [H, M, N]
        latents = torch.softmax(scores, dim=2) @ v
        mixed = torch.softmax(scores, dim=1).transpose(1, 2) @ latents  # [H, N, D]
        return self.out_proj(mixed.transpose(0, 1).reshape(len(x), -1))


class Block(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.norm1 = a.make_norm(a.channels)
        self.att = Mixer(a)
        self.norm2 = a.make_norm(a.channels)
        self.mlp = a.make_channel_mlp(a.feedForwardLayers, a.feedForwardRatio)

    def forward(self, x):
        x = x + self.att(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class FlareModel(nn.Module):
    def __init__(self, a):
        super().__init__()
        c = a.channels
        self.in_proj = ResidualMLP(a, a.inputs, c, c, a.inOutLayers, False, True)
        self.blocks = nn.ModuleList(Block(a) for _ in range(a.blocks))
        norm = a.make_norm(c) if a.outputNorm else nn.Identity()
        self.out_proj = nn.Sequential(norm, ResidualMLP(a, c, c, a.outputs, a.inOutLayers, True, False))

    def forward(self, x):
        """Input channels [N, inputs] of one mesh's points -> output channels [N, outputs]."""
        x = self.in_proj(x)
        for block in self.blocks:
            x = block(x)
        return self.out_proj(x)


def initialise(model, generator):
    """Linear weights N(0, 0.02), biases 0, norms 1 and 0, latents N(0, 0.1)."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                module.weight.normal_(0.0, 0.02, generator=generator)
                module.bias.zero_()
            elif isinstance(module, Mixer):
                module.latent_q.normal_(0.0, 0.1, generator=generator)


def encode(inputs, octaves, base_frequency=math.pi / 2):
    """Appends sines and cosines of the first three channels, the normalised coordinates.

    Columns: for each octave k, sin(w x), sin(w y), sin(w z), cos(w x), cos(w y), cos(w z) with
    w = base_frequency * 2^k.
    """
    columns = [inputs]
    for k in range(octaves):
        phase = base_frequency * 2**k * inputs[:, :3]
        columns += [torch.sin(phase), torch.cos(phase)]
    return torch.cat(columns, dim=1)
