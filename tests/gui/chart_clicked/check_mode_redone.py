from layouts_test import *

spectrum = GetActiveSource()
views = layout_views("Spectrum")
assert chosen(spectrum, "Block", "Head", "FirstMode") == [1, 2, 3]
assert standing_out(views["Eigenvalues"]) == ["Block 1 Head 2"]
assert array_of(views["Mode view 1"]) == "mode_b1_h2_3"

# Between two points a line is nobody's mode; beside all lines nothing is chosen.
chart = views["Eigenvalues"]
ends = [place_in_chart(chart, "Block 0 Head 1", row) for row in (1, 2)]
click(chart, *[(a + b) / 2 for a, b in zip(*ends)])
assert chosen(spectrum, "Block", "Head", "FirstMode") == [0, 1, 3]
click(chart, 3, 3)
assert chosen(spectrum, "Block", "Head", "FirstMode") == [0, 1, 3]

# Of a filter that shows all heads at once.
everything = FLARESpectrum(registrationName="everything", Input=spectrum.Input, ModelFile=spectrum.ModelFile)
Show(OutputPort(everything, 3), CreateXYPlotView())
SetActiveSource(everything)
passed("check_mode_redone")
