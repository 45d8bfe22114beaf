#include "tell_input_files.h"

#include "vtkSMCoreUtilities.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"
#include "vtkSMStringVectorProperty.h"

#include <string>
#include <vector>

namespace
{
std::vector<std::string> filesOf(vtkSMProxy* proxy)
{
  while (proxy)
  {
    if (const char* name = vtkSMCoreUtilities::GetFileNameProperty(proxy))
    {
      auto* files = vtkSMStringVectorProperty::SafeDownCast(proxy->GetProperty(name));
      return files ? files->GetElements() : std::vector<std::string>();
    }
    vtkSMPropertyHelper inputs(proxy, "Input", /*quiet=*/true);
    proxy = inputs.GetNumberOfElements() > 0 ? inputs.GetAsProxy(0) : nullptr;
  }
  return {};
}
}

void tellInputFiles(vtkSMProxy* filter)
{
  auto* property = vtkSMStringVectorProperty::SafeDownCast(filter->GetProperty("InputFiles"));
  if (!property)
  {
    return;
  }
  std::vector<std::string> pairs;
  vtkSMPropertyHelper inputs(filter, "Input", /*quiet=*/true);
  for (unsigned int i = 0; i < inputs.GetNumberOfElements(); ++i)
  {
    for (const auto& file : filesOf(inputs.GetAsProxy(i)))
    {
      pairs.push_back(std::to_string(i));
      pairs.push_back(file);
    }
  }
  if (pairs != property->GetElements())
  {
    property->SetElements(pairs);
  }
}
