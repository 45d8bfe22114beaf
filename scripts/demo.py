"""The demonstration, for pvpython (scripts/demo.sh runs it): trains on the plates, scores the surrogate on plates
that it has not seen, predicts one of them, computes the spectra of its attention heads, and draws pictures."""

import argparse
import sys
from pathlib import Path

from paraview import servermanager
from paraview.simple import LoadPlugin, OutputPort, SaveData, XMLUnstructuredGridReader

PLATES = Path(__file__).resolve().parent.parent / "examples/plates"
TARGETS = ["displacement", "von_mises"]
MODES = range(1, 7)  # mode 0 is the constant


def main():
    options = parse_arguments()
    load(options.plugin)
    print_progress()
    output = options.output
    output.mkdir(parents=True, exist_ok=True)
    model = str(output / "plates.safetensors")

    say("Training on the plates of examples/plates/train")
    train(read(files("train")), model, options, output)

    say("Scoring on the plates of examples/plates/test, which it has not seen")
    unseen = files("test")
    shown = unseen[evaluate(read(unseen), model, output)]

    say(f"Spectra of the attention heads on {shown.stem}, the test case of median stress error")
    mesh = read([shown])
    analyse(mesh, model, output)

    say(f"Prediction and pictures of {shown.stem}")
    predict(mesh, model, output / f"plates_test_{shown.stem.split('_')[-1]}_predicted.vtu", output)

    say("Written")
    for path in sorted(output.iterdir()):
        print(f"  {path}  ({path.stat().st_size / 1000:,.0f} kB)")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugin", required=True, help="path of ParaFLARE.so")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for the results")
    parser.add_argument("--preset", default="Quick look", help='recipe: "Quick look" or "Balanced"')
    parser.add_argument("--seed", type=int, default=1, help="seed of the training")
    return parser.parse_args()


def load(plugin):
    """Loads the plugin, and what draws with its Python package."""
    global fetch, pictures
    LoadPlugin(plugin, ns=globals())
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import demo_pictures as pictures
    from paraflare.drawing import fetch


def files(split):
    return sorted((PLATES / split).glob("*.vtu"))


def read(paths):
    """Several files are the time steps of one reader; each of them is a case."""
    return XMLUnstructuredGridReader(FileName=[str(path) for path in paths])


def train(cases, model, options, output):
    cases.UpdatePipeline()
    parameters = cases.FieldData.keys()
    training = FLARETrain(
        Input=cases,
        PointTargetArrays=TARGETS,
        ParameterArrays=parameters,
        ModelFile=model,
        Recipe=options.preset,
        Seed=options.seed,
    )
    training.UpdatePipeline()
    save_table(output / "history.csv", OutputPort(training, 0))
    pictures.draw_history(OutputPort(training, 0), TARGETS, output / "loss.png")


def evaluate(cases, model, output):
    """Prints the errors; the index of the case of median stress error comes back."""
    evaluation = FLAREEvaluate(Input=cases, ModelFile=model)
    evaluation.UpdatePipeline()
    save_table(output / "evaluation.csv", OutputPort(evaluation, 0))
    scores = fetch(evaluation, 0)
    rows, ranked = [], {}
    for summary in fetch(evaluation, 1):
        errors = [score["RelativeL2"] for score in scores if score["Field"] == summary["Field"]]
        ranked[summary["Field"]] = sorted(range(len(errors)), key=errors.__getitem__)
        mean, baseline = summary["MeanRelativeL2"], summary["TrainingMeanRelativeL2"]
        rows.append(
            [
                summary["Field"],
                percent(mean),
                percent(summary["MedianRelativeL2"]),
                f"{percent(max(errors))} ({Path(cases.FileName[ranked[summary['Field']][-1]]).stem})",
                percent(baseline),
                f"1 / {baseline / mean:.1f}",
            ]
        )
    print_rows(["field", "mean error", "median", "worst", "training mean's", "ratio"], rows)
    return ranked[TARGETS[1]][len(ranked[TARGETS[1]]) // 2]


def predict(mesh, model, path, output):
    prediction = FLAREPredict(Input=mesh, ModelFile=model)
    SaveData(str(path), prediction, DataMode="Binary")  # as README.md says, readable everywhere
    pictures.draw_stress(prediction, output / "field.png")
    pictures.draw_displacement(prediction, output / "displacement.png")


def analyse(mesh, model, output):
    """Prints what the heads do, and draws modes of the one of highest effective rank."""
    spectrum = FLARESpectrum(Input=mesh, ModelFile=model, NumberOfModes=0)
    spectrum.UpdatePipeline()
    save_table(output / "spectrum.csv", OutputPort(spectrum, 0))
    save_table(output / "spectrum_summary.csv", OutputPort(spectrum, 2))
    pictures.draw_spectra(spectrum, output / "spectrum.png")
    heads = fetch(spectrum, 2)
    print_rows(
        ["block", "head", "effective rank", "modes to 99 %", "second eigenvalue"],
        [
            [
                *(str(int(head[name])) for name in ("Block", "Head")),
                f"{head['EffectiveRank']:.1f}",
                str(int(head["ModesTo99"])),
                f"{head['SecondEigenvalue']:.4f}",
            ]
            for head in heads
        ],
    )
    richest = max(heads, key=lambda head: head["EffectiveRank"])
    block, head = int(richest["Block"]), int(richest["Head"])
    pictures.draw_modes(spectrum, block, head, MODES, output / "modes.png")


def save_table(path, port):
    SaveData(str(path), port, Precision=9)


def print_progress():
    """Prints what our filters say about themselves, each message once; the others only say their names."""
    said = set()

    # The handler comes as an argument: held here as well, it would be a cycle that Python collects.
    def show(handler, _event):
        text = handler.GetLastProgressText() or ""
        if not text.startswith("vtk") and text not in said:
            said.add(text)
            print("  " + text, flush=True)

    servermanager.ActiveConnection.Session.GetProgressHandler().AddObserver("ProgressEvent", show)


def say(text):
    print(f"\n{text}", flush=True)


def print_rows(head, rows):
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    for row in [head, *rows]:
        print("  " + "   ".join(f"{cell:>{width}}" for cell, width in zip(row, widths)), flush=True)


def percent(share):
    return f"{100 * share:.2f} %"


if __name__ == "__main__":
    main()
