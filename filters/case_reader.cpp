#include "case_reader.h"

#include "array_views.h"
#include "guarded.h"
#include "owned_points.h"
#include "parallel.h"

#include <vtkDataArray.h>
#include <vtkDataSetAttributes.h>
#include <vtkInformation.h>
#include <vtkInformationStringKey.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace flare::filters
{
namespace
{
std::vector<std::string> namesOf(vtkFieldData* arrays)
{
  std::vector<std::string> names;
  for (int i = 0; i < arrays->GetNumberOfArrays(); ++i)
  {
    if (const char* name = arrays->GetArrayName(i))
    {
      names.emplace_back(name);
    }
  }
  return names;
}

std::string missing(vtkDataSet* data, const FieldSpec& spec, Association wanted)
{
  const auto other = otherThan(wanted);
  const std::string here = nameOf(wanted), there = nameOf(other);
  if (attributesOf(data, other)->HasArray(spec.name.c_str()))
  {
    const std::string filter =
      wanted == Association::Points ? "'Cell Data to Point Data'" : "'Point Data to Cell Data'";
    return "'" + spec.name + "' is a " + there + " array here, but a " + here + " array is expected. Apply " +
           filter + " before this filter";
  }
  return "there is no " + here + " array '" + spec.name + "'. The " + here +
         " arrays are: " + listOf(namesOf(attributesOf(data, wanted)));
}

ArrayView fieldOf(vtkDataSet* data, const FieldSpec& spec, Association association)
{
  const auto source = spec.averaged ? otherThan(association) : association;
  auto* attributes = attributesOf(data, source);
  auto* array = attributes->GetAbstractArray(spec.name.c_str());
  if (!array)
  {
    throw Error(missing(data, spec, source));
  }
  auto* numbers = vtkDataArray::SafeDownCast(array);
  if (!numbers)
  {
    throw Error("'" + spec.name + "' holds " + array->GetDataTypeAsString() +
                " values, not numbers. Choose another array");
  }
  if (numbers->GetNumberOfComponents() != spec.components)
  {
    const int components = numbers->GetNumberOfComponents();
    throw Error("'" + spec.name + "' has " + std::to_string(components) +
                (components == 1 ? " component" : " components") + " where the first case or the model has " +
                std::to_string(spec.components) + ". Correct this case, or leave it out");
  }
  return spec.averaged ? averagedOver(data, spec.name, association) : viewOf(numbers);
}

std::vector<ArrayView> fieldsOf(
  const CaseMesh& mesh, const std::vector<FieldSpec>& specs, Association association)
{
  std::vector<ArrayView> fields;
  for (const auto& spec : specs)
  {
    std::vector<ArrayView> parts;
    for (const auto& piece : mesh.pieces)
    {
      if (countOf(piece, association) > 0)
      {
        parts.push_back(fieldOf(piece, spec, association));
      }
    }
    fields.push_back(concatenate(parts, spec.components));
  }
  return fields;
}

ArrayView coordinatesOf(const CaseMesh& mesh, Association association)
{
  std::vector<ArrayView> parts;
  for (const auto& piece : mesh.pieces)
  {
    if (countOf(piece, association) > 0)
    {
      parts.push_back(placesOf(piece, association));
    }
  }
  return concatenate(parts, 3);
}

std::optional<double> parameterOf(const CaseMesh& mesh, const std::string& name)
{
  for (const auto& fields : mesh.fieldData)
  {
    auto* array = fields->GetAbstractArray(name.c_str());
    if (!array)
    {
      continue;
    }
    auto* numbers = vtkDataArray::SafeDownCast(array);
    if (!numbers || array->GetNumberOfValues() != 1)
    {
      throw Error("the field array '" + name + "' is no parameter: it holds " +
                  std::to_string(array->GetNumberOfValues()) +
                  (numbers ? " values, but one is expected" : " values that are not numbers"));
    }
    return numbers->GetComponent(0, 0);
  }
  return std::nullopt;
}

std::vector<std::string> offeredParameters(const CaseMesh& mesh)
{
  std::vector<std::string> names;
  for (const auto& fields : mesh.fieldData)
  {
    for (const auto& name : namesOf(fields))
    {
      if (fields->GetArray(name.c_str()) && fields->GetArray(name.c_str())->GetNumberOfValues() == 1 &&
          std::find(names.begin(), names.end(), name) == names.end())
      {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::optional<double> givenValue(const GivenParameters* given, const std::string& name)
{
  const auto value = given ? given->find(name) : GivenParameters::const_iterator();
  return given && value != given->end() ? std::optional<double>(value->second) : std::nullopt;
}

// The parameters' values as the ranks have told them, and what they have on offer.
struct AgreedParameters
{
  std::vector<std::optional<double>> values;
  std::string offered;
};

// Field data may exist on some ranks only. A reader may leave those of another time step on a rank that it
// gives no points: a value beside points counts more.
AgreedParameters agree(std::vector<vtkMultiProcessStream>& told, const std::vector<ParameterSpec>& specs)
{
  AgreedParameters agreed;
  agreed.values.resize(specs.size());
  std::vector<bool> besidePoints(specs.size(), false);
  for (auto& theirs : told)
  {
    bool points = false;
    theirs >> points;
    for (std::size_t i = 0; i < specs.size(); ++i)
    {
      bool has = false;
      double value = 0.0;
      theirs >> has >> value;
      auto& so = agreed.values[i];
      if (has && so && points == besidePoints[i] && *so != value)
      {
        throw Error("the parameter '" + specs[i].name + "' differs between ranks: " + std::to_string(*so) +
                    " and " + std::to_string(value));
      }
      if (has && (!so || (points && !besidePoints[i])))
      {
        so = value;
        besidePoints[i] = points;
      }
    }
    std::string names;
    theirs >> names;
    agreed.offered = agreed.offered.empty() || agreed.offered == "none" ? names : agreed.offered;
  }
  return agreed;
}

std::vector<double> parametersOf(const CaseMesh& mesh, const std::vector<ParameterSpec>& specs,
  const GivenParameters* given, Communicator& communicator)
{
  std::vector<std::optional<double>> mine;
  onEveryRank(communicator,
    [&]
    {
      for (const auto& spec : specs)
      {
        const auto value = givenValue(given, spec.name);
        mine.push_back(value ? value : parameterOf(mesh, spec.name));
      }
    });
  vtkMultiProcessStream stream;
  stream << std::any_of(
    mesh.pieces.begin(), mesh.pieces.end(), [](const auto& piece) { return piece->GetNumberOfPoints() > 0; });
  for (const auto& value : mine)
  {
    stream << value.has_value() << value.value_or(0.0);
  }
  stream << listOf(offeredParameters(mesh));

  auto all = gather(communicator, stream);
  const auto agreed = agree(all, specs);
  std::vector<double> values;
  for (std::size_t i = 0; i < specs.size(); ++i)
  {
    if (!agreed.values[i])
    {
      throw Error("the parameter '" + specs[i].name +
                  "' is missing: there is no field array of that name with one value (one-value "
                  "field arrays here: " +
                  agreed.offered + "). Add it to the data" + (given ? ", or set it in ParameterValues" : ""));
    }
    values.push_back(*agreed.values[i]);
  }
  return values;
}

bool isBookkeeping(vtkDataSetAttributes* attributes, int index, const std::string& name)
{
  static const char* const known[] = { "vtkGhostType", "vtkOriginalPointIds", "vtkOriginalCellIds",
    "vtkValidPointMask", "vtkCompositeIndex", "vtkBlockColors" };
  const int role = attributes->IsArrayAnAttribute(index);
  return role == vtkDataSetAttributes::GLOBALIDS || role == vtkDataSetAttributes::PEDIGREEIDS ||
         std::find(std::begin(known), std::end(known), name) != std::end(known);
}

ArrayInfo describe(vtkAbstractArray* array)
{
  ArrayInfo info;
  info.name = array->GetName();
  info.components = array->GetNumberOfComponents();
  info.numeric = vtkDataArray::SafeDownCast(array) != nullptr;
  if (array->HasAComponentName())
  {
    for (int c = 0; c < info.components; ++c)
    {
      const char* name = array->GetComponentName(c);
      info.componentNames.emplace_back(name ? name : std::to_string(c));
    }
  }
  auto* keys = array->HasInformation() ? array->GetInformation() : nullptr;
  if (keys && keys->Has(vtkDataArray::UNITS_LABEL()))
  {
    info.unit = keys->Get(vtkDataArray::UNITS_LABEL());
  }
  return info;
}

void addUnlessKnown(std::vector<ArrayInfo>& arrays, ArrayInfo info)
{
  if (!find(arrays, info.name))
  {
    arrays.push_back(std::move(info));
  }
}

std::vector<ArrayInfo> arraysOf(const CaseMesh& mesh, Association association)
{
  std::vector<ArrayInfo> arrays;
  for (const auto& piece : mesh.pieces)
  {
    auto* attributes = attributesOf(piece, association);
    for (int i = 0; i < attributes->GetNumberOfArrays(); ++i)
    {
      if (attributes->GetArrayName(i))
      {
        auto info = describe(attributes->GetAbstractArray(i));
        info.ids = isBookkeeping(attributes, i, info.name);
        addUnlessKnown(arrays, std::move(info));
      }
    }
  }
  return arrays;
}

std::vector<ArrayInfo> parametersIn(const CaseMesh& mesh)
{
  std::vector<ArrayInfo> parameters;
  for (const auto& fields : mesh.fieldData)
  {
    for (int i = 0; i < fields->GetNumberOfArrays(); ++i)
    {
      auto* array = fields->GetArray(i);
      if (array && array->GetName() && array->GetNumberOfValues() == 1)
      {
        addUnlessKnown(parameters, describe(array));
      }
    }
  }
  return parameters;
}

void write(vtkMultiProcessStream& stream, const std::vector<ArrayInfo>& arrays)
{
  stream << static_cast<int>(arrays.size());
  for (const auto& array : arrays)
  {
    stream << array.name << array.components << array.unit << array.numeric << array.ids
           << static_cast<int>(array.componentNames.size());
    for (const auto& name : array.componentNames)
    {
      stream << name;
    }
  }
}

void read(vtkMultiProcessStream& stream, std::vector<ArrayInfo>& arrays)
{
  int count = 0;
  stream >> count;
  for (int i = 0; i < count; ++i)
  {
    ArrayInfo info;
    int names = 0;
    stream >> info.name >> info.components >> info.unit >> info.numeric >> info.ids >> names;
    info.componentNames.resize(static_cast<std::size_t>(names));
    for (auto& name : info.componentNames)
    {
      stream >> name;
    }
    addUnlessKnown(arrays, std::move(info));
  }
}

}

Case readCase(const CaseMesh& mesh, const Signature& signature, Targets targets, const GivenParameters* given,
  Communicator& communicator, ReadingNotes* notes)
{
  try
  {
    Case result;
    result.name = mesh.name;
    onEveryRank(communicator,
      [&]
      {
        result.points = coordinatesOf(mesh, signature.association);
        result.inputs = fieldsOf(mesh, signature.inputs, signature.association);
        if (targets == Targets::Required)
        {
          result.targets = fieldsOf(mesh, signature.targets, signature.association);
        }
      });
    const char* settings = given ? "ParameterValues" : "ParameterArrays";
    result.parameters =
      about(settings, [&] { return parametersOf(mesh, signature.parameters, given, communicator); });
    result.time = givenValue(given, "time").value_or(mesh.time);
    onEveryRank(communicator,
      [&]
      {
        if (signature.useTime && std::isnan(result.time))
        {
          throw Error(
            std::string("the time is an input of the model, but this data has none. Use a time series") +
            (given ? ", or set \"time\" in ParameterValues" : ""));
        }
      });
    result.owned = ownedMarks(
      mesh, signature.association, result.points, communicator, notes ? &notes->sharedPoints : nullptr);
    return result;
  }
  catch (const PropertyError& e)
  {
    throw PropertyError(e.property(), "case '" + mesh.name + "': " + e.what());
  }
  catch (const Error& e)
  {
    throw Error("case '" + mesh.name + "': " + e.what());
  }
}

std::string sharedPointsNote(const ReadingNotes& notes)
{
  return std::to_string(notes.sharedPoints) + " points are held by several ranks without ghost marks (equal "
                                              "global ids or coordinates); each is counted once";
}

Inventory takeInventory(const CaseMesh& mesh, Communicator& communicator)
{
  vtkMultiProcessStream mine;
  write(mine, arraysOf(mesh, Association::Points));
  write(mine, arraysOf(mesh, Association::Cells));
  write(mine, parametersIn(mesh));
  Inventory all;
  for (auto& stream : gather(communicator, mine))
  {
    read(stream, all.points);
    read(stream, all.cells);
    read(stream, all.parameters);
  }
  return all;
}

const ArrayInfo* find(const std::vector<ArrayInfo>& arrays, const std::string& name)
{
  const auto match =
    std::find_if(arrays.begin(), arrays.end(), [&](const ArrayInfo& array) { return array.name == name; });
  return match == arrays.end() ? nullptr : &*match;
}

std::string listOf(const std::vector<std::string>& names)
{
  std::string text;
  for (const auto& name : names)
  {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "none" : text;
}

std::string listOf(const std::vector<ArrayInfo>& arrays)
{
  std::vector<std::string> names;
  for (const auto& array : arrays)
  {
    names.push_back(array.components == 1
                      ? array.name
                      : array.name + " (" + std::to_string(array.components) + " components)");
  }
  return listOf(names);
}
}
