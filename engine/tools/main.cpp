#include "commands.h"

#include "flare/error.h"
#include "interrupt.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
  CLI::App program(
    "FLARE surrogates of simulation results: train them, apply them, judge them, look inside.\n"
    "Data sets are files that ParaView's FLARE filters export, or that Python writes "
    "(docs/files.md).",
    "flare");
  program.require_subcommand(0, 1);
  flare::tools::addCheck(program);
  flare::tools::addTrain(program);
  flare::tools::addPredict(program);
  flare::tools::addEvaluate(program);
  flare::tools::addSpectrum(program);
  flare::tools::addLatents(program);
  flare::tools::addImport(program);
  flare::tools::addInfo(program);
  try
  {
    program.parse(argc, argv);
    if (program.get_subcommands().empty())
    {
      std::fputs(program.help().c_str(), stderr);
      return static_cast<int>(CLI::ExitCodes::RequiredError);
    }
    return 0;
  }
  catch (const CLI::ParseError& mistake)
  {
    return program.exit(mistake); // --help arrives here too
  }
  catch (const flare::tools::Interrupted& stop)
  {
    std::fprintf(stderr, "flare: %s\n", stop.what());
    return 130; // what a shell reports for an interrupted program
  }
  catch (const flare::Error& problem)
  {
    std::fprintf(stderr, "flare: %s\n", problem.what());
    return 1;
  }
  catch (const std::exception& problem)
  {
    std::fprintf(stderr, "flare: an unexpected failure: %s\n", problem.what());
    return 1;
  }
}
