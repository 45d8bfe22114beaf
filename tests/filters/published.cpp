#include "published.h"

#include "flare/import.h"

#include <vtkDoubleArray.h>
#include <vtkPointData.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace flare::test
{
namespace
{
// The numbers between brackets behind a key of a tensor's entry in a safetensors header.
std::vector<std::int64_t> numbersOf(
  const std::string& header, const std::string& tensor, const std::string& key)
{
  const auto entry = header.find("\"" + tensor + "\":{");
  const auto begin = header.find("\"" + key + "\":[", entry);
  if (entry == std::string::npos || begin == std::string::npos)
  {
    throw std::runtime_error("no tensor " + tensor);
  }
  const auto open = header.find('[', begin);
  std::istringstream list(header.substr(open + 1, header.find(']', open) - open - 1));
  std::vector<std::int64_t> numbers;
  for (std::string number; std::getline(list, number, ',');)
  {
    numbers.push_back(std::stoll(number));
  }
  return numbers;
}

std::uint64_t headerSize(const std::string& bytes)
{
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof(size));
  return size;
}

std::string headerOf(const std::string& bytes)
{
  return bytes.substr(8, headerSize(bytes));
}
}

Published::Published(const std::string& variant)
  : folder_(std::string(FLARE_FIXTURES) + "/flare_py/" + variant)
{
  std::ifstream file(folder_ + "/expected.safetensors", std::ios::binary);
  bytes_.assign(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::int64_t> Published::shape(const std::string& name) const
{
  return numbersOf(headerOf(bytes_), name, "shape");
}

std::vector<double> Published::tensor(const std::string& name) const
{
  const auto range = numbersOf(headerOf(bytes_), name, "data_offsets");
  std::vector<double> values(static_cast<std::size_t>(range[1] - range[0]) / sizeof(double));
  std::memcpy(
    values.data(), bytes_.data() + 8 + headerSize(bytes_) + range[0], values.size() * sizeof(double));
  return values;
}

std::string Published::importTo(const Folder& folder) const
{
  ImportOptions options;
  const auto channels = static_cast<int>(shape("x")[2]);
  if (channels > 3)
  {
    options.signature.inputs = { FieldSpec{ "extra", channels - 3, {}, "", false } };
  }
  options.signature.targets = { FieldSpec{ "y", static_cast<int>(shape("y64")[2]), {}, "", false } };
  const auto path = folder / "published.safetensors";
  importCheckpoint(folder_ + "/model.safetensors", options).save(path);
  return path;
}

vtkSmartPointer<vtkUnstructuredGrid> Published::mesh() const
{
  const auto values = tensor("x");
  const auto channels = static_cast<int>(shape("x")[2]);
  auto grid = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> places;
  places->SetDataTypeToDouble();
  vtkNew<vtkDoubleArray> extra;
  extra->SetName("extra");
  extra->SetNumberOfComponents(std::max(1, channels - 3));
  for (std::int64_t i = 0; i < points(); ++i)
  {
    const auto* x = values.data() + i * channels;
    const vtkIdType id = places->InsertNextPoint(x);
    grid->InsertNextCell(VTK_VERTEX, 1, &id);
    for (int c = 3; c < channels; ++c)
    {
      extra->InsertNextValue(x[c]);
    }
  }
  grid->SetPoints(places);
  if (channels > 3)
  {
    grid->GetPointData()->AddArray(extra);
  }
  return grid;
}
}
