from layouts_test import *

# Nothing shows the training any more, so that it does not begin anew.
train, plates = FindSource("train"), FindSource("plates")
for view in GetViews():
    Hide(OutputPort(train, 1), view)
plates.PointArrayStatus = ["von_mises"]
Show(plates, layout_views("Comparison of von_mises")["Truth"])
RenderAllViews()
SetActiveSource(train)
let_run(1.0)
screenshot("changed_upstream")
passed("check_upstream")
