#pragma once

#include "flare/signature.h"

#include <string>
#include <vector>

namespace flare::tools
{
// Fields from texts of the form NAME or NAME:COMPONENTS. Throws Error for an empty name, a count that is
// not positive, or a name that is there twice.
std::vector<FieldSpec> fieldsNamed(const std::vector<std::string>& texts, const std::string& option);
}
