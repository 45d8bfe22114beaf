#pragma once

class pqPipelineSource;
class vtkSMProxy;

namespace flare::gui
{
bool isTrain(pqPipelineSource* source);

// Called when the panel of a FLARETrain is applied: what it trains now is trained behind the window. Cases
// that were checked with the same settings are trained on without being read again. Does nothing when the
// panel has nothing to apply.
void applyInWindow(vtkSMProxy* train);

// Applies the panel, as its button does, with a check of all cases in place of the training.
void checkInWindow(vtkSMProxy* train);

// Has the panel offer Apply, which begins the training, when no setting waits for it; and not any more.
void offerTraining(pqPipelineSource* train);
void withdrawOffer(pqPipelineSource* train);

// Called when the filter has been executed in the window: from now on the filter reads its model file and
// does not train by itself, in a state file or script made of it neither. Applying it in the window lifts
// that.
void keepResult(vtkSMProxy* train);

// Colours the validation case by the first prediction there is, in the views that show it without colours.
// False while there is no prediction yet.
bool colourPrediction(pqPipelineSource* train);

// Undo and redo bring what was coloured so back without its colour map: gives it one.
void mendColours(pqPipelineSource* train);
}
