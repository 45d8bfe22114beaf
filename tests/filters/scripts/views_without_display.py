"""Without a display, views say so in one sentence; otherwise VTK would end the program."""

from views_script import *

from paraflare.drawing import Field, draw_panels

assert "DISPLAY" not in os.environ
sphere = Sphere()
words = ["DISPLAY", "xvfb-run"]
spectrum = FLARESpectrum(Input=sphere, ModelFile="model.safetensors")
refused(RuntimeError, words, views.eigenvalue_chart, spectrum)
refused(RuntimeError, words, views.head_map, spectrum)
refused(RuntimeError, words, views.modes_on_mesh, spectrum, 0, 0)
refused(RuntimeError, words, draw_panels, "sphere", [Field(sphere, "Normals", "", "", (0, 1))])
refused(RuntimeError, words, views.export, CreateRenderView(), fresh("picture.png"))
