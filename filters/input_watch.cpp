#include "input_watch.h"

#include <vtkDataObject.h>
#include <vtkDataObjectTree.h>
#include <vtkDataObjectTreeIterator.h>
#include <vtkSmartPointer.h>

namespace flare::filters
{
namespace
{
std::vector<std::pair<const void*, vtkMTimeType>> timesOf(vtkDataObject* data)
{
  std::vector<std::pair<const void*, vtkMTimeType>> times{ { data, data->GetMTime() } };
  if (auto* tree = vtkDataObjectTree::SafeDownCast(data))
  {
    vtkSmartPointer<vtkDataObjectTreeIterator> leaves;
    leaves.TakeReference(tree->NewTreeIterator());
    for (leaves->InitTraversal(); !leaves->IsDoneWithTraversal(); leaves->GoToNextItem())
    {
      auto* leaf = leaves->GetCurrentDataObject();
      times.emplace_back(leaf, leaf->GetMTime());
    }
  }
  return times;
}
}

bool InputWatch::changed(vtkDataObject* input, const std::string& settings, Communicator& communicator)
{
  auto now = timesOf(input);
  std::int64_t news = now != seen_ || settings != settings_ ? 1 : 0;
  communicator.sum(&news, 1);
  seen_ = std::move(now);
  settings_ = settings;
  return news > 0;
}
}
