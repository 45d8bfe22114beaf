#include "options.h"

#include "flare/dataset.h"
#include "flare/error.h"
#include "flare/model.h"

#include <CLI/CLI.hpp>

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
  command.add_option("--device", device, "auto (the GPU where one works, else the CPU), cpu or cuda")
    ->transform(CLI::CheckedTransformer(names, CLI::ignore_case).description(""))
    ->type_name("NAME")
    ->default_str("auto");
}

void addPrecision(CLI::App& command, Precision& precision)
{
  static const std::map<std::string, Precision> names = { { "float32", Precision::Float32 },
    { "float64", Precision::Float64 } };
  command.add_option("--precision", precision, "float32 or float64")
    ->transform(CLI::CheckedTransformer(names, CLI::ignore_case).description(""))
    ->type_name("NAME")
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

namespace
{
bool holdsSomething(const std::string& path)
{
  std::error_code notThere;
  const auto size = std::filesystem::file_size(path, notThere);
  return !notThere && size > 0;
}

[[noreturn]] void refuse(const std::string& path, const char* what)
{
  throw Error("'" + path + "' exists and " + what + ". Name another file, or remove that one.");
}
}

void requireNothingButDataSet(const std::string& output)
{
  if (holdsSomething(output))
  {
    try
    {
      DataSet::load(output);
    }
    catch (const Error&)
    {
      refuse(output, "is no data set");
    }
  }
}

void requireNothingButImport(const std::string& output)
{
  if (holdsSomething(output))
  {
    bool trained = false;
    try
    {
      trained = Model::inspect(output).training.stepsDone > 0;
    }
    catch (const Error&)
    {
      refuse(output, "is no model");
    }
    if (trained)
    {
      refuse(output, "is a model that was trained");
    }
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
