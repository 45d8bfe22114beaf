#pragma once

#include "flare/model.h"
#include "io/json_object.h"

#include <map>
#include <string>

namespace flare::io
{
using Metadata = std::map<std::string, std::string>;

// What every file of the project says about itself: "format" and "version". Throws Error for a file that
// has another format (telling what it is when that is known) or a newer version.
inline constexpr const char* modelFormat = "paraflare";
inline constexpr const char* dataSetFormat = "paraflare-dataset";
inline constexpr int fileVersion = 1;
void checkFormat(const Metadata& metadata, const std::string& path, const std::string& expectedFormat);

// ModelInfo as the metadata of a model file (docs/files.md) and back. `parameters` is not in there: it
// follows from the architecture. Reading checks that channels, normalisation and envelope agree.
Metadata toMetadata(const ModelInfo& info);
ModelInfo fromMetadata(const Metadata& metadata, const std::string& path);

// Parts that other files share.
nlohmann::json toJson(const FieldSpec& field);
nlohmann::json toJson(const ParameterSpec& parameter);
std::vector<FieldSpec> fieldsFrom(const JsonObject& object, const std::string& key);
std::vector<ParameterSpec> parametersFrom(const JsonObject& object, const std::string& key);
const char* nameOf(Association association);
Association associationFrom(const JsonObject& object, const std::string& key);
// {"mean": [...], "scale": [...]} of a number of channels; scales must not be negative.
ChannelScaling scalingFrom(const JsonObject& object, std::size_t channels);
}
