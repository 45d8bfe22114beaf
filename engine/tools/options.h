#pragma once

#include "flare/device.h"

#include <cstdint>
#include <string>

namespace CLI
{
class App;
}

namespace flare::tools
{
// --device and --precision, which several commands share.
void addDevice(CLI::App& command, Device& device);
void addPrecision(CLI::App& command, Precision& precision);

// Throws Error when a command would replace the file that it reads.
void requireOtherFile(const std::string& output, const std::string& input);
// Throws Error when a file is there that is worth more than an import: one that is no model, or was trained.
void requireNothingButImport(const std::string& output);

// "2 min 5 s"
std::string durationText(double seconds);
// A number with four significant digits.
std::string shortText(double value);
}
