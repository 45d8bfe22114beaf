"""The pictures and numbers of docs/spectra.md, for pvpython (scripts/spectra_pictures.sh runs it): trains two models of
the plates that differ in the seed alone, says what each of their heads does on test plates, and draws the first one's."""

import argparse
import sys
from pathlib import Path

import numpy as np
from paraview.simple import Delete, LoadPlugin

sys.path.insert(0, str(Path(__file__).resolve().parent))
import spectra_findings as numbers
from demo import TARGETS, files, read

SIDES = "above or below the hole"


def main():
    options = parse_arguments()
    LoadPlugin(options.plugin, ns=globals())
    options.output.mkdir(parents=True, exist_ok=True)
    models = options.models or [train(seed, options) for seed in (1, 2)]
    unseen = files("test")
    unseen = unseen[:: max(1, len(unseen) // options.plates)][: options.plates]
    for number, model in enumerate(models):
        print(f"\n{model} on {len(unseen)} test plates", flush=True)
        found = numbers.findings(FLARESpectrum, model, unseen)
        print_heads(found)
        print_errors(model, found, options)
        if number == 0:
            draw(model, unseen, found, options.output)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugin", required=True, help="path of ParaFLARE.so")
    parser.add_argument("--output", type=Path, default=Path("spectra-output"), help="folder for models and pictures")
    parser.add_argument("--models", nargs="+", help="models of the plates, in the place of training")
    parser.add_argument("--epochs", type=int, default=40, help="passes over the training plates")
    parser.add_argument("--cases", type=int, default=240, help="training plates")
    parser.add_argument("--plates", type=int, default=20, help="test plates to look at, of all 80")
    return parser.parse_args()


def train(seed, options):
    """A fixed number of steps, and not of minutes, so that the model can be made again."""
    cases = read(files("train")[: options.cases])
    cases.UpdatePipeline()
    model = options.output / f"plates_seed_{seed}.safetensors"
    print(f"Training {model}", flush=True)
    training = FLARETrain(
        Input=cases,
        PointTargetArrays=TARGETS,
        ParameterArrays=cases.FieldData.keys(),
        ModelFile=str(model),
        Recipe="Quick look",
        Epochs=options.epochs,
        Seed=seed,
        SpectraEvery=1,
    )
    training.UpdatePipeline()
    Delete(training)
    return model


def print_heads(found):
    print("Medians over the plates, and the quantiles 0.1 and 0.9:")
    for (block, head), of_head in found.items():
        texts = [f"{title} {spread(of_head[name])}" for name, title in numbers.NAMES.items()]
        print(f"  block {block}, head {head}: " + ", ".join(texts))
        likenesses = {name: np.median(values) for name, values in of_head.items() if ", " in name}
        if likenesses:
            best = max(likenesses, key=likenesses.get)
            print(f"    correlation of {best}: {spread(of_head[best])}", flush=True)


def spread(values):
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def print_errors(model, found, options):
    """What becomes of the error on all test plates where heads hand out the mean alone."""
    plates = read(files("test")[: 80 if options.cases >= 240 else options.plates])
    without = options.output / "without.safetensors"

    def error(places):
        numbers.write_without(model, places, without)
        return numbers.stress_error(FLAREEvaluate, plates, without)

    print(f"Mean relative error of the stress: {error([]):.4f}. Where only the mean is handed out by")
    for block in sorted({block for block, _ in found}):
        heads = [place for place in found if place[0] == block]
        texts = [f"head {head}: {error([(block, head)]):.4f}" for _, head in heads]
        print(f"  block {block}: {error(heads):.4f}; " + ", ".join(texts), flush=True)
    without.unlink()
    Delete(plates)


def draw(model, plates, found, output):
    """The views of the guide, and those of the three heads that it tells of."""
    from paraflare import views

    median = {place: {name: np.median(values) for name, values in one.items()} for place, one in found.items()}
    local = min(median, key=lambda place: median[place]["listened"])
    wide = max(median, key=lambda place: median[place].get(f"mode 1, {SIDES}", 0))
    mesh = read(plates[:1])
    spectrum = FLARESpectrum(Input=mesh, ModelFile=str(model), NumberOfModes=0)
    ensemble = FLAREEnsembleSpectrum(Input=read(plates), ModelFile=str(model), Block=local[0])
    pictures = {
        "chart": views.eigenvalue_chart(spectrum),
        "heads": views.head_map(spectrum),
        "similarity": views.similarity_map(spectrum, block=local[0]),
        "local": views.modes_on_mesh(spectrum, *local, modes=[1, 2, 3]),
        "global": views.modes_on_mesh(spectrum, *wide, modes=[1, 2, 3]),
        "ensemble": views.ensemble_chart(ensemble, *local),
        "training": views.training_chart(spectrum),
    }
    for name, (block, head), y in (("route_1", wide, 0.03), ("route_2", wide, 0.09), ("route_3", local, 0.03)):
        routes = FLARERoutes(Input=mesh, ModelFile=str(model), Block=block, Head=head, Position=[0.02, y, 0])
        pictures[name] = views.route_on_mesh(routes)
    for name, view in pictures.items():
        views.export(view, output / f"spectra_{name}.png")


if __name__ == "__main__":
    main()
