from layouts_test import *

# What the layout asks of the data is the names, not the filter that they come from.
mesh = FindSource("mesh")
prediction = Calculator(Input=mesh, ResultArrayName="displacement_predicted", Function="displacement*1.25")
error = Calculator(
    registrationName="vectors",
    Input=prediction,
    ResultArrayName="displacement_error",
    Function="displacement_predicted-displacement",
)
error.UpdatePipeline()
SetActiveSource(error)
passed("check_vector_made")
