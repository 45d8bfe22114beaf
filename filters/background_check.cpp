#include "background_check.h"

#include "window_first.h"

#include <chrono>

namespace flare::filters
{
BackgroundCheck::BackgroundCheck(const DataSet& data, const TrainingOptions& options)
{
  if (data.communicator()->size() > 1)
  {
    std::promise<std::vector<ReportEntry>> made;
    made.set_value(reportOn(data, options));
    report_ = made.get_future();
    return;
  }
  report_ = std::async(std::launch::async,
    [this, &data, options]
    {
      yieldToTheWindow();
      return reportOn(data, options, [this](double) { return !unwanted_; });
    });
}

BackgroundCheck::~BackgroundCheck()
{
  unwanted_ = true;
  if (report_.valid())
  {
    report_.wait();
  }
}

bool BackgroundCheck::ended() const
{
  return report_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}
}
