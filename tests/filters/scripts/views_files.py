"""Views are written whole and true, or not at all: export refuses what it cannot write, and what is no longer so."""

import resource
import shutil
import signal

from views_script import *

model, other = trained("views_files.safetensors"), fresh("views_files_other.safetensors")
FLARETrain(
    Input=cases(), PointTargetArrays=["von_mises"], ModelFile=other, **dict(settings, Seed=2, Blocks=1)
).UpdatePipeline()
plate = XMLUnstructuredGridReader(FileName=files("test", 3))
spectrum = FLARESpectrum(Input=plate, ModelFile=model)
chart = views.eigenvalue_chart(spectrum)
layout = views.modes_on_mesh(spectrum, 0, 0, [1, 4])  # the latter from a filter beside this one
modes = GetViewsInLayout(layout)


def names(where):
    return sorted(os.listdir(where))


def empty_folder(name):
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


# One format, by the ending or by name; pictures as large as asked. In a layout, a view is drawn in the window, too.
here = empty_folder("written")
assert GetLayout(chart) is not None and GetLayout(modes[0]) is not None
assert size(views.export(chart, f"{here}/small.png", scale=1)[0]) == (800, 500)
assert size(views.export(layout, f"{here}/large.PNG", scale=2)[0]) == (1600, 960)
assert views.export(chart, f"{here}/only.csv") == [f"{here}/only.csv"]
assert views.export(chart, f"{here}/v1.5", formats="svg") == [f"{here}/v1.5.svg"]
assert views.export(chart, f"{here}/three", formats=["CSV", "csv", "Png"]) == [f"{here}/three.csv", f"{here}/three.png"]
assert names(here) == ["large.png", "only.csv", "small.png", "three.csv", "three.png", "v1.5.svg"], names(here)

# What cannot be written is refused before anything is.
here = empty_folder("refused")
for scale in (0, -1, 2.5, "2", None, 10**6):
    refused(ValueError, ["scale" if scale != 10**6 else "too large"], views.export, chart, f"{here}/x", scale=scale)
for name in ("chart.pdf", "chart.jpg"):
    refused(ValueError, ["png, svg, csv", name[-3:]], views.export, chart, f"{here}/{name}")
refused(ValueError, ["png, svg, csv", "pdf"], views.export, chart, f"{here}/chart", formats=["pdf"])
refused(ValueError, ["nothing"], views.export, chart, f"{here}/chart", formats=[])
for path in (here, here + "/", ""):
    refused(ValueError, ["folder", "name in it"], views.export, chart, path)
refused(TypeError, ["SpreadSheetView", "SaveData"], views.export, CreateView("SpreadSheetView"), f"{here}/table")
refused(TypeError, ["SaveData"], views.export, spectrum, f"{here}/spectrum")
refused(TypeError, ["SaveData"], views.export, None, f"{here}/none")
refused(ValueError, ["nothing to write as CSV"], views.export, CreateRenderView(), f"{here}/empty")
assert names(here) == []
os.makedirs(f"{here}/taken.svg/something")
refused(ValueError, ["taken.svg", "folder"], views.export, chart, f"{here}/taken.svg")
for view in (chart, modes[0]):
    refused(OSError, ["taken.svg", "folder"], views.export, view, f"{here}/taken")
assert names(here) == ["taken.svg"]
refused(OSError, ["/proc/chart.png could not be written"], views.export, chart, "/proc/chart.png")
open(f"{here}/protected.png", "w").close()
os.chmod(f"{here}/protected.png", 0o444)
if not os.access(f"{here}/protected.png", os.W_OK):  # root may
    refused(OSError, ["protected.png", "write-protected"], views.export, chart, f"{here}/protected.png")

# A disk that is full: files end at a size. What was there before stays, and nothing is left behind.
here = empty_folder("full")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
for form in ("png", "svg", "csv"):
    file = f"{here}/chart.{form}"
    open(file, "w").write("old")
    for view in (chart, modes[0]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            refused(OSError, [file, "could not be written"], views.export, view, file)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert open(file).read() == "old"
assert names(here) == ["chart.csv", "chart.png", "chart.svg"], names(here)

# Titles, legends and axes do not follow the data, and views whose ones are no longer true are not written.
here = empty_folder("changed")
several = GetAnimationScene()
several.UpdateAnimationUsingDataTimeSteps()
routes = FLARERoutes(Input=plate, ModelFile=model, Block=1, Head=0, Position=[0.012, 0.051, 0.0])
ensemble = FLAREEnsembleSpectrum(Input=plate, ModelFile=model)
made = {
    "head_map": views.head_map(spectrum), "route_on_mesh": views.route_on_mesh(routes),
    "ensemble_chart": views.ensemble_chart(ensemble, 0, 0), "modes_on_mesh": layout,
}
again = ["since it was drawn", "before"]
for name, view in made.items():
    views.export(view, f"{here}/{name}")
    views.export(view, f"{here}/{name}")
several.GoToNext()
for name in ("head_map", "route_on_mesh", "modes_on_mesh"):
    refused(RuntimeError, [f"views.{name} again", *again], views.export, made[name], f"{here}/new")
refused(RuntimeError, ["views.modes_on_mesh again"], views.export, modes[1], f"{here}/new")
views.export(made["ensemble_chart"], f"{here}/ensemble_chart")  # of all times
views.export(chart, f"{here}/chart")  # its lines follow, and it says nothing that no longer is
map_of_then = views.head_map(spectrum)
views.export(map_of_then, f"{here}/head_map")
several.GoToFirst()
views.export(made["head_map"], f"{here}/head_map")
ensemble.Quantile = 0.25
refused(RuntimeError, ["views.ensemble_chart again"], views.export, made["ensemble_chart"], f"{here}/new")
epochs = views.eigenvalue_chart(spectrum)
spectrum.Epoch = 0
refused(RuntimeError, ["views.eigenvalue_chart again"], views.export, epochs, f"{here}/new")
spectrum.Epoch = -1
views.export(epochs, f"{here}/epochs")
spectrum.ModelFile = other
refused(RuntimeError, ["views.head_map again"], views.export, made["head_map"], f"{here}/new")
refused(RuntimeError, ["views.modes_on_mesh again"], views.export, layout, f"{here}/new")
spectrum.ModelFile = "nowhere.safetensors"
refused(RuntimeError, ["nowhere.safetensors", "ModelFile"], views.export, made["head_map"], f"{here}/new")
spectrum.ModelFile = model
views.export(layout, f"{here}/modes")
(beside,) = [one for (name, _), one in GetSources().items() if "FLARESpectrum" in name and one != spectrum]
Delete(beside)
refused(RuntimeError, ["FLARESpectrum", "deleted"], views.export, layout, f"{here}/new")
Delete(routes)
refused(RuntimeError, ["FLARERoutes", "deleted"], views.export, made["route_on_mesh"], f"{here}/new")
assert not [name for name in names(here) if "new" in name], names(here)
