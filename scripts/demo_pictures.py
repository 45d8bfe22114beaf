"""Pictures of the demonstration: fields on meshes, side by side on white, and charts. For pvpython, where the plugin
is loaded."""

from paraflare import views
from paraflare.drawing import DIVERGING, LINES, Field, Line, bounds, draw_chart, draw_panels, largest, rounded_up
from paraview.simple import Delete, GetLayout, GetViewsInLayout, PythonCalculator, WarpByVector


def draw_stress(prediction, path):
    """Truth, prediction and error of the von Mises stress, in MPa."""
    mesh = prediction
    fields = {"truth": "von_mises", "predicted": "von_mises_predicted", "error": "von_mises_error"}
    for name, array in fields.items():
        mesh = PythonCalculator(Input=mesh, Expression=f"{array} / 1e6", ArrayName=name)
    limits = 0, rounded_up(largest(mesh, "truth"))
    off = rounded_up(largest(mesh, "error"))
    label = "von Mises stress (MPa)"
    save_panels(
        path,
        [
            Field(mesh, "truth", "Truth (finite elements)", label, limits),
            Field(mesh, "predicted", "Prediction (FLARE)", label, limits),
            Field(mesh, "error", "Error", "prediction - truth (MPa)", (-off, off), DIVERGING),
        ],
    )


def draw_displacement(prediction, path):
    """The deformed plate in truth and as predicted, and the size of the error, in micrometres."""
    micro = PythonCalculator(Input=prediction, Expression="displacement * 1e6", ArrayName="truth")
    micro = PythonCalculator(Input=micro, Expression="displacement_predicted * 1e6", ArrayName="predicted")
    micro = PythonCalculator(Input=micro, Expression="mag(displacement_error) * 1e6", ArrayName="error")
    top = largest(micro, "truth")
    left, right, *_ = bounds(prediction)
    factor = 0.08 * (right - left) / (top * 1e-6)
    true = WarpByVector(Input=micro, Vectors=["POINTS", "displacement"], ScaleFactor=factor)
    predicted = WarpByVector(Input=micro, Vectors=["POINTS", "displacement_predicted"], ScaleFactor=factor)
    label = "displacement (µm)"
    limits = 0, rounded_up(top)
    save_panels(
        path,
        [
            Field(true, "truth", f"Truth, deformed {factor:.0f}-fold", label, limits),
            Field(predicted, "predicted", f"Prediction, deformed {factor:.0f}-fold", label, limits),
            Field(micro, "error", "Size of the error", label, (0, rounded_up(largest(micro, "error")))),
        ],
    )


def draw_modes(spectrum, block, head, modes, path):
    """The leading right eigenvectors of one head, after the constant one."""
    save(views.modes_on_mesh(spectrum, block, head, modes), path)


def draw_history(table, targets, path):
    lines = [Line("Loss", "training loss", (0.55, 0.55, 0.55))]
    for target, colour in zip(targets, LINES[::2]):
        lines.append(Line(f"ValidationError_{target}", f"{target}, held-out cases", colour))
    save(draw_chart(table, "Epoch", lines, ("Training", "epoch", "relative L2 error")), path)


def draw_spectra(spectrum, path):
    save(views.eigenvalue_chart(spectrum), path)


def save_panels(path, fields):
    save(draw_panels(path.stem, fields), path)


def save(view, path):
    """Writes a view, or a layout, and takes it away."""
    views.export(view, path)
    layout = view if view.GetXMLName() == "ViewLayout" else GetLayout(view)
    for one in GetViewsInLayout(layout):
        Delete(one)
    Delete(layout)
