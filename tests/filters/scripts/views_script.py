"""What the scripts about views share: a model with spectra of its training, and how pictures and tables are read."""

import csv
from xml.etree import ElementTree

from flare_script import *
from paraview.simple import *
from vtkmodules.vtkIOImage import vtkPNGReader

from paraflare import views

HEADS, LATENTS = 2, 8
settings = dict(TINY, Blocks=2, Heads=HEADS, Latents=LATENTS)


def trained(name):
    """A model of the plates, with spectra of the epochs 0, 2 and 3."""
    model = fresh(name)
    training = FLARETrain(
        Input=cases(), PointTargetArrays=["von_mises"], ModelFile=model, SpectraEvery=2, **settings
    )
    training.UpdatePipeline()
    return model


def picture(file):
    reader = vtkPNGReader()
    reader.SetFileName(file)
    reader.Update()
    return reader.GetOutput()


def size(file):
    return picture(file).GetDimensions()[:2]


def pixel(image, x, y):
    return tuple(image.GetScalarComponentAsDouble(x, y, 0, c) for c in range(3))


def colours(file, most=40):
    """The colours of a picture, at places of a grid."""
    image = picture(file)
    width, height, _ = image.GetDimensions()
    places = [(x, y) for x in range(0, width, max(1, width // most)) for y in range(0, height, max(1, height // most))]
    return {pixel(image, *place) for place in places}


def rows(file):
    return list(csv.DictReader(open(file)))


def tags(file):
    return [element.tag.split("}")[1] for element in ElementTree.parse(file).iter()]


def written(view, name, fewest=10):
    """Exports a view; the paths of its picture, drawing and table come back."""
    files = views.export(view, fresh(name), scale=1)
    assert [os.path.basename(file) for file in files] == [f"{name}.{form}" for form in ("png", "svg", "csv")], files
    assert len(colours(files[0])) >= fewest, (name, len(colours(files[0])))
    return files


def refused(error, words, function, *arguments, **named):
    """Checks that something is refused with an error that has these words."""
    try:
        function(*arguments, **named)
    except error as e:
        assert all(word in str(e) for word in words), str(e)
        return
    raise AssertionError(f"{function.__name__}{arguments} {named} was not refused")


def texts(view):
    """Titles and names that are written into a view."""
    sources = [one.Input for one in view.Representations if "Input" in one.ListProperties()]
    return [source.Text for source in sources if "Text" in source.ListProperties()]


def legend(view):
    return GetScalarBar(view.Representations[0].LookupTable, view).Title
