#pragma once

class pqPipelineSource;
class vtkSMProxy;

namespace flare::gui
{
bool isTrain(pqPipelineSource* source);

// Called when the panel of a FLARETrain is applied: what it trains now is trained behind the window.
void trainInWindow(vtkSMProxy* train);

// Called when a run has ended: from now on the filter reads its model file and does not train by itself, in
// a state file or script made of it neither. Applying it in the window lifts that.
void keepResult(vtkSMProxy* train);

// Colours the validation case by the first prediction there is, in the views that show it without colours.
// False while there is no prediction yet.
bool colourPrediction(pqPipelineSource* train);
}
