#include "commands.h"
#include "flare/data_report.h"
#include "flare/dataset.h"
#include "flare/error.h"
#include "interrupt.h"
#include "training_choice.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace flare::tools
{
namespace
{
struct CheckArguments
{
  std::string data;
  TrainingChoice choice;
};

// Level and subject in columns of their own, text and remedy beside them.
void printReport(const std::vector<ReportEntry>& report)
{
  int width = 0;
  for (const auto& entry : report)
  {
    width = std::max(width, std::min(28, static_cast<int>(entry.subject.size())));
  }
  for (const auto& entry : report)
  {
    std::printf("%-8s %-*s  %s\n", name(entry.level), width, entry.subject.c_str(), entry.text.c_str());
    if (!entry.remedy.empty())
    {
      std::printf("%-8s %-*s  > %s\n", "", width, "", entry.remedy.c_str());
    }
  }
}

void checkData(const CheckArguments& a)
{
  const auto options = a.choice.resolved();
  const auto data = DataSet::load(a.data);
  catchInterrupts();
  const auto report = reportOn(data, options, [](double) { return !interrupted(); });
  if (report.empty())
  {
    throw Interrupted("stopped before all cases were looked at");
  }
  printReport(report);
  if (hasErrors(report))
  {
    throw Error("'" + a.data + "' cannot be trained on like this; the lines that begin with 'error' say why");
  }
}
}

void addCheck(CLI::App& program)
{
  auto a = std::make_shared<CheckArguments>();
  auto* command = program.add_subcommand("check",
    "Look at a data set before it is trained on: what it holds, likely mistakes, the time and memory of a "
    "training. Exits with 1 when it cannot be trained on");
  command->add_option("data", a->data, "Data set file")->required()->type_name("DATA");
  a->choice.addTo(*command);
  command->callback([a] { checkData(*a); });
}
}
