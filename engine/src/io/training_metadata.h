#pragma once

#include "flare/model.h"
#include "io/json_object.h"

namespace flare::io
{
// The "training" entry of a model file's metadata.
nlohmann::json toJson(const TrainingRecord& record);
TrainingRecord trainingFrom(const JsonObject& object);

nlohmann::json toJson(const InputEncoding& encoding);
InputEncoding encodingFrom(const JsonObject& object);
}
