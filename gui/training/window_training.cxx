#include "training/window_training.h"

#include "server/pipeline_source.h"
#include "server/settings_text.h"

#include "pqDataRepresentation.h"
#include "pqOutputPort.h"
#include "pqPVApplicationCore.h"
#include "pqPipelineSource.h"
#include "pqUndoStack.h"
#include "pqView.h"
#include "vtkClientServerStream.h"
#include "vtkDataObject.h"
#include "vtkPVArrayInformation.h"
#include "vtkPVDataInformation.h"
#include "vtkPVDataSetAttributesInformation.h"
#include "vtkPVGeneralSettings.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"
#include "vtkSMSession.h"
#include "vtkSMViewProxy.h"

#include <QString>

#include <string>

namespace flare::gui
{
namespace
{
// The filter whose panel is being applied for a check.
vtkSMProxy* toBeChecked = nullptr;

// A change that is nobody's: no undo step, and outside of traces.
void push(vtkSMProxy* proxy, const char* property, int value)
{
  SCOPED_UNDO_EXCLUDE();
  vtkSMPropertyHelper(proxy, property).Set(value);
  proxy->UpdateProperty(property);
}

// To the filter itself. While a panel is applied, a property that changes would be in the trace.
void tell(vtkSMProxy* proxy, const char* method, int value)
{
  vtkClientServerStream words;
  words << vtkClientServerStream::Invoke << VTKOBJECT(proxy) << method << value << vtkClientServerStream::End;
  proxy->GetSession()->ExecuteStream(proxy->GetLocation(), words);
}

// A prediction in the range of the truth, so that its colours mean the same.
void colourBy(vtkSMProxy* representation, const char* name, int association)
{
  vtkSMPVRepresentationProxy::SetScalarColoring(representation, name, association);
  QString truth(name);
  truth = truth.endsWith("_predicted") ? truth.chopped(int(qstrlen("_predicted"))) : truth;
  vtkSMPVRepresentationProxy::RescaleTransferFunctionToDataRange(
    representation, truth.toUtf8().constData(), association, /*extend=*/false, /*force=*/true);
}

const char* firstPrediction(vtkPVDataInformation* data, int association)
{
  auto* arrays = data->GetAttributeInformation(association);
  for (int i = 0; arrays && i < arrays->GetNumberOfArrays(); ++i)
  {
    const char* name = arrays->GetArrayInformation(i)->GetName();
    if (QString(name).endsWith("_predicted"))
    {
      return name;
    }
  }
  return nullptr;
}
}

bool isTrain(pqPipelineSource* source)
{
  return source && QString(source->getProxy()->GetXMLName()) == "FLARETrain";
}

void applyInWindow(vtkSMProxy* train)
{
  auto* source = sourceOf(train);
  // ParaView's Auto Apply is nobody's word to train.
  const bool checks = toBeChecked || vtkPVGeneralSettings::GetInstance()->GetAutoApply();
  if (!checks && source && source->modifiedState() == pqProxy::UNMODIFIED)
  {
    return; // this Apply is for another filter
  }
  const bool never = vtkSMPropertyHelper(train, "NeverTrain").GetAsInt() == 1;
  vtkSMPropertyHelper keeps(train, "KeepsModel");
  const bool byHand = never && keeps.GetAsInt() == 0;
  keeps.Set(never && !byHand ? 1 : 0);
  // Its properties stay as they are: a state file of this moment does not train by itself either.
  tell(train, "SetBackground", 1);
  if (checks || !byHand)
  {
    train->InvokeCommand(checks ? "CheckCases" : "StartTraining");
  }
  train->MarkModified(train); // a command alone does not make the views ask for the result
}

void checkInWindow(vtkSMProxy* train)
{
  toBeChecked = train;
  pqPVApplicationCore::instance()->applyPipeline();
  toBeChecked = nullptr;
}

void offerTraining(pqPipelineSource* train)
{
  if (train->modifiedState() == pqProxy::UNMODIFIED)
  {
    train->setModifiedState(pqProxy::MODIFIED);
  }
}

void withdrawOffer(pqPipelineSource* train)
{
  if (train->modifiedState() == pqProxy::MODIFIED && !changesWait(train->getProxy()))
  {
    train->setModifiedState(pqProxy::UNMODIFIED);
  }
}

void keepResult(vtkSMProxy* train)
{
  if (vtkSMPropertyHelper(train, "NeverTrain").GetAsInt() == 0)
  {
    vtkSMPropertyHelper(train, "KeepsModel").Set(1);
    push(train, "NeverTrain", 1);
  }
}

bool colourPrediction(pqPipelineSource* train)
{
  auto* port = train->getOutputPort(1);
  auto* data = port->getDataInformation();
  for (const int association : { vtkDataObject::POINT, vtkDataObject::CELL })
  {
    const char* name = firstPrediction(data, association);
    if (!name)
    {
      continue;
    }
    SCOPED_UNDO_EXCLUDE();
    for (auto* view : port->getViews())
    {
      auto* representation = port->getRepresentation(view);
      auto* proxy = representation ? representation->getProxy() : nullptr;
      if (proxy && representation->isVisible() && vtkSMPVRepresentationProxy::SafeDownCast(proxy) &&
          !vtkSMPVRepresentationProxy::GetUsingScalarColoring(proxy))
      {
        colourBy(proxy, name, association);
        vtkSMPVRepresentationProxy::SetScalarBarVisibility(proxy, view->getProxy(), true);
        view->render();
      }
    }
    return true;
  }
  return false;
}

void mendColours(pqPipelineSource* train)
{
  SCOPED_UNDO_EXCLUDE();
  auto* port = train->getOutputPort(1);
  for (auto* view : port->getViews())
  {
    auto* representation = port->getRepresentation(view);
    auto* proxy = representation ? representation->getProxy() : nullptr;
    if (proxy && vtkSMPVRepresentationProxy::SafeDownCast(proxy) &&
        vtkSMPVRepresentationProxy::GetUsingScalarColoring(proxy) &&
        !vtkSMPropertyHelper(proxy, "LookupTable").GetAsProxy())
    {
      const vtkSMPropertyHelper colour(proxy, "ColorArrayName");
      const std::string name = colour.GetInputArrayNameToProcess();
      colourBy(proxy, name.c_str(), colour.GetInputArrayAssociation());
      view->render();
    }
  }
}
}
