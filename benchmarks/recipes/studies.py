"""What docs/recipes.md compares. A variant is one change; it is trained on several folds of the cases."""

from dataclasses import dataclass, replace

from recipe import InputEncoding, Recipe

FOLDS = 10  # fold f holds out the training cases f, f + 10, f + 20, …

PUBLISHED = Recipe(
    name="Published",
    optimizer="adamw",
    learning_rate=1e-3,
    weight_decay=1e-5,
    momentum_cycle=True,
    ema_decay=0.999,
    batch_size=2,
)
QUICK_LOOK = Recipe(
    name="Quick look",
    optimizer="muon",
    learning_rate=3e-3,
    muon_learning_rate=1e-2,
    ema_decay=0.99,
    ema_warmup=True,
    batch_size=4,
    channels=32,
    blocks=4,
    heads=4,
    encoding=InputEncoding(2),
)
BALANCED = replace(QUICK_LOOK, name="Balanced", muon_learning_rate=6e-3, channels=64, heads=8)

# Steps that fit the budgets of 4 and 30 minutes on 2 CPU cores, with a little room.
QUICK_STEPS, BALANCED_STEPS = 1900, 9000


@dataclass(frozen=True)
class Variant:
    label: str
    recipe: Recipe
    steps: int = QUICK_STEPS
    folds: tuple = (0, 1, 2)
    muon_weight_decay: float = 0.0
    point_fraction: float = 1.0


def ladder():
    """From the published recipe to the default, one change after another; equal steps but where said."""
    plain = replace(PUBLISHED, channels=32, blocks=4, heads=4, batch_size=4)
    averaged = replace(plain, momentum_cycle=False, weight_decay=0.0, ema_decay=0.99, ema_warmup=True)
    without_octaves = replace(QUICK_LOOK, encoding=InputEncoding(0))
    return [
        Variant("published", PUBLISHED),
        Variant("published settings, 32 channels, 4 blocks, batch 4", plain),
        Variant("+ averaging with a warm-up, no momentum cycle", averaged),
        Variant("+ AdamW 3e-3", replace(averaged, learning_rate=3e-3)),
        Variant("+ Muon 1e-2 for the matrices", without_octaves),
        Variant("+ sines and cosines, 2 octaves: Quick look", QUICK_LOOK),
        Variant("Muon 5e-3", replace(QUICK_LOOK, muon_learning_rate=5e-3)),
        Variant("Muon 2e-2", replace(QUICK_LOOK, muon_learning_rate=2e-2)),
        Variant("64 channels, 2 blocks", replace(QUICK_LOOK, channels=64, heads=8, blocks=2)),
    ]


def sizes():
    """Other sizes and batches, at about the same time on a CPU."""
    return [
        Variant("Quick look", QUICK_LOOK),
        Variant("4 octaves", replace(QUICK_LOOK, encoding=InputEncoding(4))),
        Variant("batch 1, Muon 5e-3", replace(QUICK_LOOK, batch_size=1, muon_learning_rate=5e-3), 4750),
        Variant("32 channels, 2 blocks", replace(QUICK_LOOK, blocks=2), 3700),
    ]


def balanced():
    """Around the Balanced recipe."""
    return [
        Variant("Balanced", BALANCED, BALANCED_STEPS),
        Variant("Muon 3e-3", replace(BALANCED, muon_learning_rate=3e-3), BALANCED_STEPS),
        Variant("Muon decay 0.1", BALANCED, BALANCED_STEPS, muon_weight_decay=0.1),
        Variant("half of the points", BALANCED, BALANCED_STEPS, point_fraction=0.5),
        Variant("2 blocks, twice the steps", replace(BALANCED, blocks=2), 2 * BALANCED_STEPS),
    ]


STUDIES = {"ladder": ladder, "sizes": sizes, "balanced": balanced}
