#include "background_check.h"

#include "guarded.h"
#include "window_first.h"

#include <chrono>
#include <functional>

namespace flare::filters
{
namespace
{
CheckedData check(
  const DataSet& data, const TrainingOptions& options, const std::function<bool(double)>& progress)
{
  auto device = about("Device", [&] { return describeDevice(resolveDevice(options.device)); });
  return { std::move(device), reportOn(data, options, progress) };
}
}

BackgroundCheck::BackgroundCheck(const DataSet& data, const TrainingOptions& options)
{
  if (data.communicator()->size() > 1)
  {
    std::promise<CheckedData> made;
    made.set_value(check(data, options, {}));
    result_ = made.get_future();
    return;
  }
  result_ = std::async(std::launch::async,
    [this, &data, options]
    {
      yieldToTheWindow();
      return check(data, options, [this](double) { return !unwanted_; });
    });
}

BackgroundCheck::~BackgroundCheck()
{
  unwanted_ = true;
  if (result_.valid())
  {
    result_.wait();
  }
}

bool BackgroundCheck::ended() const
{
  return result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}
}
