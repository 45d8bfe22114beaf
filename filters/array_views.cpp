#include "array_views.h"

#include "flare/error.h"

#include <vtkCellCenters.h>
#include <vtkCellData.h>
#include <vtkCellDataToPointData.h>
#include <vtkDataArray.h>
#include <vtkDataSet.h>
#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPointDataToCellData.h>
#include <vtkPointSet.h>
#include <vtkPoints.h>
#include <vtkSmartPointer.h>

#include <algorithm>
#include <cstring>

namespace flare::filters
{
namespace
{
ScalarType scalarType(int vtkType)
{
  switch (vtkType)
  {
    case VTK_CHAR:
    case VTK_SIGNED_CHAR:
      return ScalarType::Int8;
    case VTK_UNSIGNED_CHAR:
      return ScalarType::UInt8;
    case VTK_SHORT:
      return ScalarType::Int16;
    case VTK_UNSIGNED_SHORT:
      return ScalarType::UInt16;
    case VTK_INT:
      return ScalarType::Int32;
    case VTK_UNSIGNED_INT:
      return ScalarType::UInt32;
    case VTK_LONG:
      return sizeof(long) == 8 ? ScalarType::Int64 : ScalarType::Int32;
    case VTK_UNSIGNED_LONG:
      return sizeof(long) == 8 ? ScalarType::UInt64 : ScalarType::UInt32;
    case VTK_LONG_LONG:
      return ScalarType::Int64;
    case VTK_UNSIGNED_LONG_LONG:
      return ScalarType::UInt64;
    case VTK_ID_TYPE:
      return sizeof(vtkIdType) == 8 ? ScalarType::Int64 : ScalarType::Int32;
    case VTK_FLOAT:
      return ScalarType::Float32;
    case VTK_DOUBLE:
      return ScalarType::Float64;
    default:
      throw Error(std::string("arrays of type ") + vtkImageScalarTypeNameMacro(vtkType) + " cannot be read");
  }
}

template<typename T>
ArrayView ownedView(
  std::shared_ptr<std::vector<T>> values, ScalarType type, std::int64_t tuples, int components)
{
  ArrayView view;
  view.data = values->data();
  view.type = type;
  view.tuples = tuples;
  view.components = components;
  view.owner = std::move(values);
  return view;
}
}

ArrayView viewOf(vtkDataArray* array)
{
  vtkSmartPointer<vtkDataArray> keep = array;
  const bool bits = array->GetDataType() == VTK_BIT;
  if (bits || !array->HasStandardMemoryLayout())
  {
    keep.TakeReference(vtkDataArray::CreateDataArray(bits ? VTK_UNSIGNED_CHAR : array->GetDataType()));
    keep->DeepCopy(array);
  }
  ArrayView view;
  view.data = keep->GetVoidPointer(0);
  view.type = scalarType(keep->GetDataType());
  view.tuples = keep->GetNumberOfTuples();
  view.components = keep->GetNumberOfComponents();
  view.owner = std::shared_ptr<const void>(view.data, [keep](const void*) {});
  return view;
}

ArrayView concatenate(const std::vector<ArrayView>& parts, int components)
{
  std::vector<const ArrayView*> filled;
  std::int64_t tuples = 0;
  for (const auto& part : parts)
  {
    if (part.tuples > 0)
    {
      filled.push_back(&part);
      tuples += part.tuples;
    }
  }
  if (filled.size() == 1)
  {
    return *filled.front();
  }
  if (filled.empty())
  {
    ArrayView none;
    none.components = components;
    return none;
  }
  const auto type = filled.front()->type;
  const bool same =
    std::all_of(filled.begin(), filled.end(), [&](const ArrayView* part) { return part->type == type; });
  if (same)
  {
    auto bytes = std::make_shared<std::vector<unsigned char>>();
    for (const auto* part : filled)
    {
      const auto* first = static_cast<const unsigned char*>(part->data);
      bytes->insert(bytes->end(), first, first + part->tuples * components * sizeOf(type));
    }
    return ownedView(bytes, type, tuples, components);
  }
  auto values = std::make_shared<std::vector<double>>();
  values->reserve(static_cast<std::size_t>(tuples * components));
  for (const auto* part : filled)
  {
    for (std::int64_t i = 0; i < part->tuples; ++i)
    {
      for (int c = 0; c < components; ++c)
      {
        values->push_back(part->at(i, c));
      }
    }
  }
  return ownedView(values, ScalarType::Float64, tuples, components);
}

ArrayView placesOf(vtkDataSet* data, Association association)
{
  if (association == Association::Cells)
  {
    vtkNew<vtkDoubleArray> centres;
    centres->SetNumberOfComponents(3);
    centres->SetNumberOfTuples(data->GetNumberOfCells());
    if (data->GetNumberOfCells() > 0)
    {
      vtkCellCenters::ComputeCellCenters(data, centres);
    }
    return viewOf(centres);
  }
  if (auto* set = vtkPointSet::SafeDownCast(data))
  {
    if (set->GetPoints())
    {
      return viewOf(set->GetPoints()->GetData());
    }
  }
  // Images and rectilinear grids have no coordinates of their own in memory.
  const auto count = data->GetNumberOfPoints();
  auto values = std::make_shared<std::vector<double>>(static_cast<std::size_t>(3 * count));
  for (vtkIdType i = 0; i < count; ++i)
  {
    data->GetPoint(i, values->data() + 3 * i);
  }
  return ownedView(values, ScalarType::Float64, count, 3);
}

vtkDataSetAttributes* attributesOf(vtkDataSet* data, Association association)
{
  if (association == Association::Points)
  {
    return data->GetPointData();
  }
  return data->GetCellData();
}

std::int64_t countOf(vtkDataSet* data, Association association)
{
  return association == Association::Points ? data->GetNumberOfPoints() : data->GetNumberOfCells();
}

Association otherThan(Association association)
{
  return association == Association::Points ? Association::Cells : Association::Points;
}

const char* nameOf(Association association)
{
  return association == Association::Points ? "point" : "cell";
}

ArrayView averagedOver(vtkDataSet* data, const std::string& name, Association to)
{
  auto* source = attributesOf(data, otherThan(to))->GetArray(name.c_str());
  vtkSmartPointer<vtkDataArray> values = source;
  if (source->GetDataType() != VTK_FLOAT && source->GetDataType() != VTK_DOUBLE)
  {
    // VTK's filters keep the type: averages of integers would be cut off.
    values = vtkSmartPointer<vtkDoubleArray>::New();
    values->DeepCopy(source);
    values->SetName(name.c_str());
  }
  vtkSmartPointer<vtkDataSet> mesh;
  mesh.TakeReference(data->NewInstance());
  mesh->CopyStructure(data);
  attributesOf(mesh, otherThan(to))->AddArray(values);

  vtkSmartPointer<vtkDataSetAlgorithm> filter;
  if (to == Association::Points)
  {
    filter = vtkSmartPointer<vtkCellDataToPointData>::New();
  }
  else
  {
    filter = vtkSmartPointer<vtkPointDataToCellData>::New();
  }
  filter->SetInputDataObject(mesh);
  filter->Update();
  auto* result = attributesOf(filter->GetOutput(), to)->GetArray(name.c_str());
  if (!result)
  {
    throw Error("the " + std::string(nameOf(otherThan(to))) + " array '" + name +
                "' could not be averaged over to the " + nameOf(to) + "s");
  }
  return viewOf(result);
}
}
