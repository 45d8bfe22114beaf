#include "layouts/model_filters.h"

#include "layouts/comparison_layout.h"
#include "layouts/layout_views.h"
#include "server/pipeline_source.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "vtkNew.h"
#include "vtkSMInputProperty.h"
#include "vtkSMParaViewPipelineControllerWithRendering.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSmartPointer.h"

#include <QString>

#include <utility>

namespace flare::gui
{
namespace
{
bool isType(pqPipelineSource* source, const char* type)
{
  return source && QString(source->getProxy()->GetXMLName()) == type;
}

// What is connected to an input, and its port.
std::pair<vtkSMProxy*, unsigned int> connected(vtkSMProxy* filter, const char* name)
{
  auto* from = vtkSMInputProperty::SafeDownCast(filter->GetProperty(name));
  return from && from->GetNumberOfProxies() > 0
           ? std::pair(from->GetProxy(0), from->GetOutputPortForConnection(0))
           : std::pair(static_cast<vtkSMProxy*>(nullptr), 0u);
}

void connectAlike(vtkSMProxy* made, vtkSMProxy* filter, const char* name)
{
  const auto [from, port] = connected(filter, name);
  if (from)
  {
    vtkSMPropertyHelper(made, name).Set(from, port);
  }
}

QString modelFile(vtkSMProxy* filter)
{
  return vtkSMPropertyHelper(filter, "ModelFile").GetAsString();
}

// The properties that the two have in common.
void setAlike(vtkSMProxy* made, vtkSMProxy* filter)
{
  for (const char* name : { "ParameterValues", "MergeBlocks", "Device" })
  {
    if (auto* property = filter->GetProperty(name))
    {
      made->GetProperty(name)->Copy(property);
    }
  }
}
}

bool isSpectrum(pqPipelineSource* source)
{
  return isType(source, "FLARESpectrum");
}

bool isRoutes(pqPipelineSource* source)
{
  return isType(source, "FLARERoutes");
}

bool hasModel(pqPipelineSource* source)
{
  if (!source || source->modifiedState() == pqProxy::UNINITIALIZED)
  {
    return false;
  }
  if (isType(source, "FLARETrain"))
  {
    auto* train = source->getProxy();
    train->UpdatePropertyInformation(train->GetProperty("TrainingState"));
    const QString state = vtkSMPropertyHelper(train, "TrainingState").GetAsString();
    const bool ended = state == "idle" || state == "completed" || state == "stopped";
    return ended && !comparedFields(source->getOutputPort(1)).empty();
  }
  return isSpectrum(source) || isRoutes(source) || isType(source, "FLAREPredict");
}

pqPipelineSource* makeAlike(pqPipelineSource* source, const char* type)
{
  auto* filter = source->getProxy();
  auto* manager = filter->GetSessionProxyManager();
  // A script that repeats this connects a new filter with what is active before it sets its input, and that
  // may be a table.
  auto* input = connected(filter, "Input").first;
  pqActiveObjects::instance().setActiveSource(sourceOf(input));
  auto proxy = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("filters", type));
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  controller->PreInitializeProxy(proxy);
  connectAlike(proxy, filter, "Input");
  connectAlike(proxy, filter, "Model");
  // The file of a training, not the training itself, after each step of which all would be computed anew.
  const char* file = isType(source, "FLARETrain") ? "ModelFileInUse" : "ModelFile";
  filter->UpdatePropertyInformation(filter->GetProperty(file));
  vtkSMPropertyHelper(proxy, "ModelFile").Set(vtkSMPropertyHelper(filter, file).GetAsString());
  controller->PostInitializeProxy(proxy);
  controller->RegisterPipelineProxy(proxy);
  changed(proxy, [&] { setAlike(proxy, filter); });
  return showAsApplied(proxy);
}

std::vector<vtkSMProxy*> alike(vtkSMProxy* filter, const char* type)
{
  std::vector<vtkSMProxy*> found;
  for (auto* source : pqApplicationCore::instance()->getServerManagerModel()->findItems<pqPipelineSource*>())
  {
    auto* other = source->getProxy();
    if (isType(source, type) && source->modifiedState() != pqProxy::UNINITIALIZED &&
        connected(other, "Input") == connected(filter, "Input") &&
        connected(other, "Model") == connected(filter, "Model") && modelFile(other) == modelFile(filter))
    {
      found.push_back(other);
    }
  }
  return found;
}
}
