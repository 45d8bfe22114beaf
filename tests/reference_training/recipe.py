"""A training recipe: the fields of engine/include/flare/recipe.h, named as in model files."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True)
class InputEncoding:
    octaves: int = 0
    base_frequency: float = 1.5707963267948966

    def channels(self):
        return 6 * self.octaves


@dataclass(frozen=True)
class Recipe:
    name: str = "Custom"
    optimizer: str = "muon"  # or "adamw"
    epochs: int = 100
    time_budget: float = 0.0  # not used here: a run's steps are given
    batch_size: int = 1
    warmup: float = 0.1
    learning_rate: float = 1e-3
    muon_learning_rate: float = 0.02
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    momentum_cycle: bool = False
    gradient_clip: float = 1.0
    ema_decay: float = 0.999
    ema_warmup: bool = False
    latent_doublings: int = 0  # there are none here
    channels: int = 64
    blocks: int = 8
    heads: int = 8
    latents: int = 64
    encoding: InputEncoding = field(default_factory=InputEncoding)

    @staticmethod
    def load(path):
        return Recipe.from_json(json.loads(Path(path).read_text()))

    @staticmethod
    def from_json(values):
        unknown = set(values) - {f.name for f in fields(Recipe)}
        if unknown:
            raise ValueError(f"recipe: unknown fields {sorted(unknown)}")
        if values.get("latent_doublings"):
            raise ValueError("recipe: this trainer does not double latents")
        return Recipe(**values | {"encoding": InputEncoding(**values.get("encoding", {}))})
