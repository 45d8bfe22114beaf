#include "layouts/head_map_layout.h"

#include "layouts/field_colours.h"
#include "layouts/layout_views.h"
#include "layouts/mode_views.h"
#include "layouts/model_filters.h"
#include "layouts/spectrum_layout.h"
#include "layouts/spectrum_modes.h"
#include "server/pipeline_source.h"

#include "pqActiveObjects.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServer.h"
#include "pqUndoStack.h"
#include "vtkDataObject.h"
#include "vtkNew.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMParaViewPipelineControllerWithRendering.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"
#include "vtkSmartPointer.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace flare::gui
{
namespace
{
constexpr int aboveAndLeft = 3;                   // of an axes grid's bits
constexpr double noColour[3] = { 0.6, 0.6, 0.6 }; // where there is no number
constexpr double roomForAxes = 0.8;               // and for the colour bar

// What an axis says: whole numbers, at places that are evenly spaced.
struct Axis
{
  const char* title = "";
  double place = 0.0; // of 0
  double step = 1.0;  // from a number to the next
  double first = 0.0; // number
  std::size_t count = 0;
};

struct Axes
{
  Axis x, y;
};

// Blocks below each other, the heads of each beside each other. Rows of several meshes have no numbers.
Axes axesOfMap(const std::vector<SpectrumRow>& rows)
{
  const bool severalMeshes = rows.front().front().mesh != rows.back().front().mesh;
  const double block = rows.front().front().block;
  return { { "Head", 0.5, 1.0, 0.0, rows.front().size() },
    { severalMeshes ? "Blocks of each mesh" : "Block", block - 0.5, -1.0, block,
      severalMeshes ? 0 : rows.size() } };
}

// Blocks beside each other, with a gap of a square between them.
Axes axesOfSimilarity(const std::vector<SpectrumRow>& rows)
{
  const auto blocks = std::count_if(rows.begin(), rows.end(),
    [&](const SpectrumRow& row) { return row.front().mesh == rows.front().front().mesh; });
  const double heads = double(rows.front().size()), block = rows.front().front().block;
  const double width = heads + 1.0;
  const bool severalMeshes = std::size_t(blocks) != rows.size();
  return { { "Block", 0.5 * heads - block * width, width, block, std::size_t(blocks) },
    { severalMeshes ? "Heads of each mesh" : "Head", -0.5, -1.0, 0.0,
      severalMeshes ? 0 : rows.front().size() } };
}

void setAxis(vtkSMProxy* grid, const std::string& name, const Axis& axis)
{
  // The places are those of what is shown as a whole number.
  std::vector<double> numbers(axis.count);
  std::iota(numbers.begin(), numbers.end(), axis.first);
  const auto property = [&](const char* ending) { return name + ending; };
  vtkSMPropertyHelper(grid, property("Title").c_str()).Set(axis.title);
  vtkSMPropertyHelper(grid, property("AxisUseCustomLabels").c_str()).Set(1);
  vtkSMPropertyHelper labels(grid, property("AxisLabels").c_str());
  labels.SetNumberOfElements(static_cast<unsigned int>(numbers.size()));
  labels.Set(numbers.data(), static_cast<unsigned int>(numbers.size()));
  vtkSMPropertyHelper(grid, property("AxisNotation").c_str()).Set("Fixed");
  vtkSMPropertyHelper(grid, property("AxisPrecision").c_str()).Set(0);
}

bool setAxes(vtkSMProxy* view, const Axes& axes)
{
  auto* grid = vtkSMPropertyHelper(view, "AxesGrid").GetAsProxy();
  const std::vector<double> places = { axes.x.place, axes.y.place, 0.0 };
  const std::vector<double> steps = { axes.x.step, axes.y.step, 1.0 };
  const bool same = vtkSMPropertyHelper(grid, "Visibility").GetAsInt() &&
                    vtkSMPropertyHelper(grid, "DataPosition").GetDoubleArray() == places &&
                    vtkSMPropertyHelper(grid, "DataScale").GetDoubleArray() == steps &&
                    vtkSMPropertyHelper(grid, "XAxisLabels").GetNumberOfElements() == axes.x.count &&
                    vtkSMPropertyHelper(grid, "YAxisLabels").GetNumberOfElements() == axes.y.count;
  if (!same)
  {
    changed(grid,
      [&]
      {
        vtkSMPropertyHelper(grid, "Visibility").Set(1);
        vtkSMPropertyHelper(grid, "AxesToLabel").Set(aboveAndLeft);
        vtkSMPropertyHelper(grid, "DataPosition").Set(places.data(), 3);
        vtkSMPropertyHelper(grid, "DataScale").Set(steps.data(), 3);
        setAxis(grid, "X", axes.x);
        setAxis(grid, "Y", axes.y);
      });
  }
  return !same;
}

struct Picture
{
  unsigned int port;
  const char* name;
  const char* role;
  const char* array;
  const char* mark; // the name of what marks chosen squares
  double markWidth; // pixels
};

constexpr Picture rankMap = { 4, "Effective rank", "head map", "EffectiveRank", "Chosen head", 5.0 };
constexpr Picture similarityMap = { 5, "Similarity of heads", "similarity", "Similarity",
  "Chosen head, similarity", 2.0 };

// In the colours of the colour bar.
void setUnlit(vtkSMProxy* representation)
{
  vtkSMPropertyHelper(representation, "Ambient").Set(1.0);
  vtkSMPropertyHelper(representation, "Diffuse").Set(0.0);
}

// The squares of chosen heads, outlined. A filter of its own, so that it is in states and scripts.
void markChosen(pqPipelineSource* spectrum, vtkSMViewProxy* view, const Picture& picture)
{
  auto* manager = spectrum->getProxy()->GetSessionProxyManager();
  auto proxy = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("filters", "Threshold"));
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  controller->PreInitializeProxy(proxy);
  vtkSMPropertyHelper(proxy, "Input").Set(spectrum->getProxy(), picture.port);
  controller->PostInitializeProxy(proxy);
  controller->RegisterPipelineProxy(
    proxy, manager->GetUniqueProxyName("sources", picture.mark, false).c_str());
  changed(proxy,
    [&]
    {
      vtkSMPropertyHelper(proxy, "SelectInputScalars").SetInputArrayToProcess(vtkDataObject::CELL, "Chosen");
      vtkSMPropertyHelper(proxy, "LowerThreshold").Set(1.0);
      vtkSMPropertyHelper(proxy, "UpperThreshold").Set(1.0);
    });
  auto* outline = show(showAsApplied(proxy)->getOutputPort(0), view);
  vtkSMPVRepresentationProxy::SetScalarColoring(outline, nullptr, 0);
  changed(outline,
    [&]
    {
      const double above[3] = { 0.0, 0.0, 0.01 };
      vtkSMPropertyHelper(outline, "Representation").Set("Wireframe");
      vtkSMPropertyHelper(outline, "AmbientColor").Set(markColour, 3);
      vtkSMPropertyHelper(outline, "DiffuseColor").Set(markColour, 3);
      vtkSMPropertyHelper(outline, "LineWidth").Set(picture.markWidth);
      vtkSMPropertyHelper(outline, "Position").Set(above, 3);
      setUnlit(outline);
    });
}

void showPicture(pqPipelineSource* spectrum, vtkSMViewLayoutProxy* layout, int cell, const Picture& picture)
{
  auto* view = newView("RenderView", picture.name, layout, cell);
  auto* port = spectrum->getOutputPort(int(picture.port));
  auto* squares = show(port, view);
  setRole(squares, picture.role);
  colourBy(squares, view, { picture.array, vtkDataObject::CELL, -1 }, sequentialMap, picture.name);
  changed(squares, [&] { setUnlit(squares); });
  auto* map = vtkSMPropertyHelper(squares, "LookupTable").GetAsProxy();
  changed(map, [&] { vtkSMPropertyHelper(map, "NanColor").Set(noColour, 3); });
  followSquares(squares, view);
  changed(view, [&] { vtkSMPropertyHelper(view, "OrientationAxesVisibility").Set(0); });
  linkCameras({ view }, port, roomForAxes);
  markChosen(spectrum, view, picture);
}

// The map is of all blocks, and there is a head to be looked at.
void chooseForMap(vtkSMProxy* spectrum)
{
  const auto atLeast = [&](const char* name, int least)
  {
    vtkSMPropertyHelper value(spectrum, name);
    value.Set(std::max(value.GetAsInt(), least));
  };
  changed(spectrum,
    [&]
    {
      vtkSMPropertyHelper(spectrum, "AllBlocks").Set(1);
      vtkSMPropertyHelper(spectrum, "CompareHeads").Set(1);
      atLeast("Block", 0);
      atLeast("Head", 0);
    });
}
}

bool showHeadMap(pqPipelineSource* source)
{
  SCOPED_UNDO_SET("Head Map");
  auto* spectrum = spectrumOf(source);
  chooseForMap(spectrum->getProxy());
  vtkSMSourceProxy::SafeDownCast(spectrum->getProxy())->UpdatePipeline();
  pqActiveObjects::instance().setActiveSource(spectrum);
  if (columnsOf(spectrum->getProxy()).empty())
  {
    return false;
  }
  auto* layout = newLayout(spectrum->getServer()->proxyManager(), "Head Map");
  layout->SplitHorizontal(0, 0.45); // into the cells 1 and 2
  const int top = layout->SplitVertical(1, 0.55);
  showPicture(spectrum, layout, top, rankMap);
  showPicture(spectrum, layout, top + 1, similarityMap);
  showModes(spectrum, layout, 2);
  pqActiveObjects::instance().setActiveSource(spectrum);
  activate(vtkSMViewProxy::SafeDownCast(layout->GetView(top)), layout);
  return true;
}

bool followSquares(vtkSMProxy* representation, vtkSMViewProxy* view)
{
  const auto rows = rowsOf(vtkSMPropertyHelper(representation, "Input").GetAsProxy());
  const bool ranges = fitRange(representation);
  if (rows.empty())
  {
    return ranges;
  }
  const bool similarity = roleOf(representation) == "similarity";
  return setAxes(view, similarity ? axesOfSimilarity(rows) : axesOfMap(rows)) || ranges;
}
}
