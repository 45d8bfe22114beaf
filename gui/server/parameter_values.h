#pragma once

#include <QString>

#include <optional>
#include <vector>

class vtkSMProperty;
class vtkSMProxy;

namespace flare::gui
{
// What a model file says of one of its parameters.
struct Parameter
{
  QString name;
  QString unit;     // empty where unknown
  double low = 0.0; // smallest and largest value of the training, NaN where unknown
  double high = 0.0;
};
bool operator==(const Parameter& a, const Parameter& b);

// The parameters of a filter's model, asked from the server. Empty when there is no readable file.
std::vector<Parameter> parametersOf(vtkSMProxy* filter);

// The value that a parameter has in the data at the filter's input, at the current time; none where it is
// missing, or differs between blocks.
std::optional<double> valueInData(vtkSMProxy* filter, const QString& parameter);

// The pairs of name and value in a property. Pairs of other names keep their values and their places.
std::optional<QString> givenValue(vtkSMProperty* pairs, const QString& parameter);
void giveValue(vtkSMProperty* pairs, const QString& parameter, const QString& value);
void removeValue(vtkSMProperty* pairs, const QString& parameter);
}
