#include "options.h"

#include "checks.h"
#include "flare/error.h"
#include "flare/model.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

namespace flare::tools
{
void addDevice(CLI::App& command, Device& device)
{
  static const std::map<std::string, Device> names = { { "auto", Device::Auto }, { "cpu", Device::Cpu },
    { "cuda", Device::Cuda } };
  addChoice(command, "--device", device, names, "auto (the GPU where one works, else the CPU), cpu or cuda")
    ->default_str("auto");
}

void addPrecision(CLI::App& command, Precision& precision)
{
  static const std::map<std::string, Precision> names = { { "float32", Precision::Float32 },
    { "float64", Precision::Float64 }, { "bfloat16", Precision::BFloat16 } };
  addChoice(command, "--precision", precision, names, "float32, float64, or bfloat16 (GPUs only)")
    ->default_str("float32");
}

void requireOtherFile(const std::string& output, const std::string& input)
{
  std::error_code notThere;
  if (std::filesystem::equivalent(output, input, notThere))
  {
    throw Error("'" + output + "' is the file that is read. Name another one to write.");
  }
}

void requireNothingButImport(const std::string& output)
{
  std::error_code notThere;
  const auto size = std::filesystem::file_size(output, notThere);
  if (notThere || size == 0)
  {
    return;
  }
  const auto refuse = [&](const char* what)
  { throw Error("'" + output + "' exists and " + what + ". Name another file, or remove that one."); };
  ModelInfo info;
  try
  {
    info = Model::inspect(output);
  }
  catch (const Error&)
  {
    refuse("is no model");
  }
  if (info.training.stepsDone > 0)
  {
    refuse("is a model that was trained");
  }
}

std::string durationText(double seconds)
{
  if (!std::isfinite(seconds))
  {
    return "unknown";
  }
  const auto whole = static_cast<long long>(std::llround(seconds));
  char text[64];
  if (whole >= 3600)
  {
    std::snprintf(text, sizeof(text), "%lld h %lld min", whole / 3600, whole % 3600 / 60);
  }
  else if (whole >= 60)
  {
    std::snprintf(text, sizeof(text), "%lld min %lld s", whole / 60, whole % 60);
  }
  else
  {
    std::snprintf(text, sizeof(text), "%lld s", whole);
  }
  return text;
}

std::string shortText(double value)
{
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}
}
