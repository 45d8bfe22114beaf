#include "layouts/spectrum_layout.h"

#include "layouts/comparison_layout.h"
#include "layouts/field_colours.h"
#include "layouts/layout_views.h"
#include "layouts/spectrum_modes.h"
#include "layouts/spectrum_series.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqProxyModifiedStateUndoElement.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "vtkNew.h"
#include "vtkSMInputProperty.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMParaViewPipelineControllerWithRendering.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMTransferFunctionManager.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"
#include "vtkSmartPointer.h"

#include <algorithm>
#include <iterator>

namespace flare::gui
{
namespace
{
constexpr int mostModes = 4;

// In views of half the height the colour bar would otherwise cover a part of the mesh.
constexpr double roomForBar = 0.75;

// The array that a view was given, by which a choice of the user's is known.
const char* const givenKey = "FLAREGiven";

bool isType(pqPipelineSource* source, const char* type)
{
  return source && QString(source->getProxy()->GetXMLName()) == type;
}

void setInput(vtkSMProxy* spectrum, vtkSMProxy* filter, const char* name)
{
  auto* from = vtkSMInputProperty::SafeDownCast(filter->GetProperty(name));
  if (from && from->GetNumberOfProxies() > 0)
  {
    vtkSMPropertyHelper(spectrum, name).Set(from->GetProxy(0), from->GetOutputPortForConnection(0));
  }
}

// The properties that a FLARESpectrum has in common with the filter.
void setAlike(vtkSMProxy* spectrum, vtkSMProxy* filter)
{
  for (const char* name : { "ParameterValues", "MergeBlocks", "Device" })
  {
    if (auto* property = filter->GetProperty(name))
    {
      spectrum->GetProperty(name)->Copy(property);
    }
  }
  // Mode 0 is the constant.
  vtkSMPropertyHelper(spectrum, "NumberOfModes").Set(mostModes + 1);
}

pqPipelineSource* makeSpectrum(pqPipelineSource* source)
{
  auto* filter = source->getProxy();
  auto* manager = filter->GetSessionProxyManager();
  auto proxy = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("filters", "FLARESpectrum"));
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  controller->PreInitializeProxy(proxy);
  setInput(proxy, filter, "Input");
  setInput(proxy, filter, "Model");
  // The file of a training, not the training itself, after each step of which spectra would be computed anew.
  const char* file = isType(source, "FLARETrain") ? "ModelFileInUse" : "ModelFile";
  filter->UpdatePropertyInformation(filter->GetProperty(file));
  vtkSMPropertyHelper(proxy, "ModelFile").Set(vtkSMPropertyHelper(filter, file).GetAsString());
  controller->PostInitializeProxy(proxy);
  controller->RegisterPipelineProxy(proxy);
  changed(proxy, [&] { setAlike(proxy, filter); });

  auto* made = pqApplicationCore::instance()->getServerManagerModel()->findItem<pqPipelineSource*>(proxy);
  vtkNew<pqProxyModifiedStateUndoElement> applied;
  applied->SetSession(made->getServer()->session());
  applied->MadeUnmodified(made);
  ADD_UNDO_ELEM(applied);
  made->setModifiedState(pqProxy::UNMODIFIED);
  return made;
}

// The modes that the views show: of the first head, without the constant one unless there is no other.
std::vector<SpectrumMode> firstModes(const std::vector<SpectrumMode>& modes)
{
  std::vector<SpectrumMode> shown;
  std::copy_if(modes.begin(), modes.end(), std::back_inserter(shown),
    [&](const SpectrumMode& mode) { return mode.sameHead(modes.front()) && mode.index > 0; });
  if (shown.empty())
  {
    return { modes.front() };
  }
  shown.resize(std::min<std::size_t>(shown.size(), mostModes));
  return shown;
}

void colourByMode(vtkSMProxy* representation, vtkSMViewProxy* view, const SpectrumMode& mode)
{
  const auto title = QString("Block %1, head %2: mode %3").arg(mode.block).arg(mode.head).arg(mode.index);
  colourBy(representation, view, { mode.array, mode.association, -1 }, divergingMap, title);
  representation->SetAnnotation(givenKey, mode.array.toUtf8().constData());
}

// Is this array still there, and what the user has chosen instead of the one that the view was given?
bool isChosen(vtkSMProxy* representation, const QString& array, const std::vector<SpectrumMode>& modes)
{
  const bool given =
    representation->HasAnnotation(givenKey) && array == representation->GetAnnotation(givenKey);
  return !given && std::any_of(modes.begin(), modes.end(),
                     [&](const SpectrumMode& mode) { return mode.array == array; });
}

// The cells of a layout's right half for one to four modes.
std::vector<int> modeCells(vtkSMViewLayoutProxy* layout, std::size_t count)
{
  if (count == 1)
  {
    return { 2 };
  }
  const int top = layout->SplitVertical(2, 0.5);
  if (count == 2)
  {
    return { top, top + 1 };
  }
  const int left = layout->SplitHorizontal(top, 0.5);
  if (count == 3)
  {
    return { left, left + 1, top + 1 };
  }
  const int below = layout->SplitHorizontal(top + 1, 0.5);
  return { left, left + 1, below, below + 1 };
}

void showChart(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout)
{
  auto* view = newView("XYChartView", "Eigenvalues", layout, 1);
  auto* lines = show(spectrum->getOutputPort(3), view);
  setRole(lines, "eigenvalues");
  followChart(lines);
  changed(view,
    [&]
    {
      vtkSMPropertyHelper(view, "LeftAxisTitle").Set("Eigenvalue");
      vtkSMPropertyHelper(view, "BottomAxisTitle").Set("Mode");
      vtkSMPropertyHelper(view, "LeftAxisLogScale").Set(1);
    });
}

void showModes(
  pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, const std::vector<SpectrumMode>& modes)
{
  auto* port = spectrum->getOutputPort(1);
  const auto cells = modeCells(layout, modes.size());
  std::vector<vtkSMViewProxy*> views;
  for (std::size_t i = 0; i < modes.size(); ++i)
  {
    const auto& mode = modes[i];
    const auto name = QString("Mode %1").arg(mode.index);
    views.push_back(newView("RenderView", name, layout, cells[i]));
    auto* representation = show(port, views.back());
    setRole(representation, name.toLower());
    colourByMode(representation, views.back(), mode);
    changed(views.back(), [&] { vtkSMPropertyHelper(views.back(), "OrientationAxesVisibility").Set(0); });
  }
  linkCameras(views, port, roomForBar);
  activate(views.front(), layout);
}
}

bool isSpectrum(pqPipelineSource* source)
{
  return isType(source, "FLARESpectrum");
}

bool hasSpectrum(pqPipelineSource* source)
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
  return isSpectrum(source) || isType(source, "FLAREPredict");
}

bool showSpectrum(pqPipelineSource* source)
{
  SCOPED_UNDO_SET("Spectrum");
  auto* spectrum = isSpectrum(source) ? source : makeSpectrum(source);
  vtkSMSourceProxy::SafeDownCast(spectrum->getProxy())->UpdatePipeline();
  pqActiveObjects::instance().setActiveSource(spectrum);
  const auto modes = modesOf(spectrum->getProxy());
  if (modes.empty())
  {
    return false;
  }
  auto* layout = newLayout(spectrum->getServer()->proxyManager(), "Spectrum");
  layout->SplitHorizontal(0, 0.4); // into the cells 1 and 2
  showChart(spectrum, layout);
  showModes(spectrum, layout, firstModes(modes));
  return true;
}

bool followChart(vtkSMProxy* representation)
{
  auto* spectrum = vtkSMPropertyHelper(representation, "Input").GetAsProxy();
  const auto columns = columnsOf(spectrum);
  if (columns.empty() || hasSeries(representation, columns))
  {
    return false;
  }
  setSeries(representation, columns);
  return true;
}

bool followHead(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  const QString array = vtkSMPropertyHelper(representation, "ColorArrayName").GetInputArrayNameToProcess();
  const auto modes = modesOf(vtkSMPropertyHelper(representation, "Input").GetAsProxy());
  const int index = roleOf(representation).section(' ', 1).toInt();
  const auto mode = std::find_if(modes.begin(), modes.end(),
    [&](const SpectrumMode& one) { return one.sameHead(modes.front()) && one.index == index; });
  auto* before = vtkSMPropertyHelper(representation, "LookupTable").GetAsProxy();
  if (isChosen(representation, array, modes) || (mode != modes.end() && mode->array == array))
  {
    return fitRange(representation);
  }
  if (mode != modes.end())
  {
    colourByMode(representation, view, *mode);
  }
  else if (before)
  {
    vtkSMPVRepresentationProxy::SetScalarColoring(representation, nullptr, 0);
  }
  if (before)
  {
    vtkNew<vtkSMTransferFunctionManager> manager;
    manager->HideScalarBarIfNotNeeded(before, view);
  }
  return mode != modes.end() || before;
}
}
