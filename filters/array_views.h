#pragma once

#include "flare/array.h"
#include "flare/signature.h"

#include <string>
#include <vector>

class vtkDataArray;
class vtkDataSet;
class vtkDataSetAttributes;

namespace flare::filters
{
// The array's numbers where they lie; the view keeps the array alive. Arrays in another layout than
// tuple after tuple, and bits, are copied.
ArrayView viewOf(vtkDataArray* array);

// Several parts behind each other, copied unless there is only one that is not empty.
ArrayView concatenate(const std::vector<ArrayView>& parts, int components);

// Where the network sees the data set's values: its points, or the centres of its cells.
ArrayView placesOf(vtkDataSet* data, Association association);

vtkDataSetAttributes* attributesOf(vtkDataSet* data, Association association);
std::int64_t countOf(vtkDataSet* data, Association association);
Association otherThan(Association association);
// "point" or "cell".
const char* nameOf(Association association);

// The array of the other association with this name, averaged over (cells to points or points to cells).
ArrayView averagedOver(vtkDataSet* data, const std::string& name, Association to);
}
