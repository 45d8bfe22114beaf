#include "layouts/choices.h"

#include "layouts/layout_views.h"
#include "layouts/model_filters.h"
#include "server/render_views.h"

#include "pqUndoStack.h"
#include "vtkSMPropertyHelper.h"

#include <QString>

#include <algorithm>
#include <utility>
#include <vector>

namespace flare::gui
{
namespace
{
using Values = std::vector<std::pair<const char*, std::vector<double>>>;

bool has(vtkSMProxy* proxy, const char* property, const std::vector<double>& values)
{
  vtkSMPropertyHelper now(proxy, property);
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    if (now.GetAsDouble(static_cast<unsigned int>(i)) != values[i])
    {
      return false;
    }
  }
  return true;
}

// The changes that there are to make of the proxy.
Values changesOf(vtkSMProxy* proxy, Values values)
{
  values.erase(std::remove_if(values.begin(), values.end(),
                 [&](const auto& one) { return has(proxy, one.first, one.second); }),
    values.end());
  return values;
}

void choose(const QString& label, const std::vector<std::pair<vtkSMProxy*, Values>>& choices)
{
  std::vector<std::pair<vtkSMProxy*, Values>> changes;
  for (const auto& [proxy, values] : choices)
  {
    auto left = changesOf(proxy, values);
    if (!left.empty())
    {
      changes.emplace_back(proxy, std::move(left));
    }
  }
  if (changes.empty())
  {
    return;
  }
  {
    SCOPED_UNDO_SET(label);
    for (const auto& [proxy, values] : changes)
    {
      changed(proxy,
        [&, proxy = proxy, &values = values]
        {
          for (const auto& [name, value] : values)
          {
            for (std::size_t i = 0; i < value.size(); ++i)
            {
              vtkSMPropertyHelper(proxy, name).Set(static_cast<unsigned int>(i), value[i]);
            }
          }
        });
    }
  }
  renderViews();
}
}

void chooseHead(vtkSMProxy* spectrum, int block, int head, std::optional<int> mode)
{
  const double blockValue = block, headValue = head;
  Values values = { { "Block", { blockValue } }, { "Head", { headValue } } };
  if (vtkSMPropertyHelper(spectrum, "Block").GetAsInt() < 0)
  {
    values.push_back({ "AllBlocks", { 1.0 } });
  }
  if (mode)
  {
    values.push_back(
      { "FirstMode", { *mode > 1 ? double(*mode) : 0.0 } }); // the views leave out the constant
  }
  std::vector<std::pair<vtkSMProxy*, Values>> choices = { { spectrum, values } };
  for (auto* routes : alike(spectrum, "FLARERoutes"))
  {
    choices.push_back({ routes, { { "Block", { blockValue } }, { "Head", { headValue } } } });
  }
  choose(QString("Choose Block %1, Head %2").arg(block).arg(head), choices);
}

void choosePoint(vtkSMProxy* routes, const double position[3])
{
  choose("Choose Point", { { routes, { { "Position", { position, position + 3 } } } } });
}
}
