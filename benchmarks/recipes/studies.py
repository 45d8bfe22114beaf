"""What is compared: every study is a list of variants, each trained on several folds."""

from dataclasses import dataclass, replace

from recipe import InputEncoding, Recipe

FOLDS = 8  # of the training cases; fold f holds out the cases f, f + 8, f + 16, …

PUBLISHED = Recipe(
    optimizer="adamw", learning_rate=1e-3, weight_decay=1e-5, momentum_cycle=True, ema_decay=0.999, batch_size=2
)
START = Recipe(
    optimizer="muon",
    learning_rate=3e-3,
    muon_learning_rate=1e-2,
    ema_decay=0.99,
    ema_warmup=True,
    blocks=4,
    encoding=InputEncoding(2),
)


@dataclass(frozen=True)
class Variant:
    label: str
    recipe: Recipe
    steps: int
    folds: tuple = (0, 1, 2)
    muon_weight_decay: float = 0.0
    point_fraction: float = 1.0


def change(base, **changes):
    if "octaves" in changes:
        octaves = changes.pop("octaves")
        changes["encoding"] = replace(base.encoding, octaves=octaves)
    if "frequency" in changes:
        frequency = changes.pop("frequency")
        encoding = changes.get("encoding", base.encoding)
        changes["encoding"] = replace(encoding, base_frequency=frequency)
    return replace(base, **changes)


def published(steps):
    eight = change(START, blocks=8, batch_size=2)
    return [
        Variant("published", PUBLISHED, steps),
        Variant("published sizes, Muon 1e-2, 2 octaves", eight, steps),
    ]


def optimisers(steps):
    """From the published settings to the default's, on a network of 4 blocks, batch 1."""
    plain = change(PUBLISHED, blocks=4, batch_size=1)
    warm = change(plain, momentum_cycle=False, weight_decay=0.0, ema_decay=0.99, ema_warmup=True)
    variants = [Variant("published, 4 blocks, batch 1", plain, steps)]
    variants += [Variant(f"AdamW {r}, warm EMA", change(warm, learning_rate=r), steps) for r in (1e-3, 3e-3, 5e-3)]
    for octaves in (0, 2):
        for rate in (3e-3, 6e-3, 1e-2, 2e-2, 3e-2):
            r = change(START, muon_learning_rate=rate, octaves=octaves)
            variants.append(Variant(f"Muon {rate}, {octaves} octaves", r, steps))
    return variants


def details(steps):
    """Single changes of the starting point."""
    changes = [
        {"octaves": 1},
        {"octaves": 3},
        {"octaves": 4},
        {"frequency": 0.785398},
        {"frequency": 3.141593},
        {"learning_rate": 1e-3},
        {"learning_rate": 6e-3},
        {"learning_rate": 1e-2},
        {"ema_decay": 0.98},
        {"ema_decay": 0.995},
        {"warmup": 0.02},
        {"warmup": 0.25},
        {"gradient_clip": 0.0},
        {"weight_decay": 1e-1},
        {"beta2": 0.99},
    ]
    variants = [Variant(text(c), change(START, **c), steps) for c in changes]
    decays = [Variant(f"Muon decay {d}", START, steps, muon_weight_decay=d) for d in (0.1, 1.0)]
    return variants + decays


def text(changes):
    return ", ".join(f"{name} {value}" for name, value in changes.items())


STUDIES = {
    "published": published,
    "optimisers": optimisers,
    "details": details,
}
