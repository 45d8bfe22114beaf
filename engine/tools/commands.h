#pragma once

namespace CLI
{
class App;
}

// Each adds one subcommand to the program, in a file of its own. The command runs when its arguments have
// been parsed; what goes wrong is thrown as flare::Error.
namespace flare::tools
{
void addCheck(CLI::App& program);
void addTrain(CLI::App& program);
void addPredict(CLI::App& program);
void addSpectrum(CLI::App& program);
void addEvaluate(CLI::App& program);
void addImport(CLI::App& program);
void addInfo(CLI::App& program);
void addLatents(CLI::App& program); // latents, prune and grow
}
