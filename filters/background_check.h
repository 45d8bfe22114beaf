#pragma once

#include "flare/data_report.h"

#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace flare::filters
{
struct CheckedData
{
  std::string device; // in words
  std::vector<ReportEntry> report;
};

// The check of the data before a training, on a thread of its own, which may also have to load LibTorch's
// part for GPUs. Where several ranks hold parts of the cases it is made at once, on the calling thread.
class BackgroundCheck
{
public:
  // The data must outlive it and stay as they are. Collective.
  BackgroundCheck(const DataSet& data, const TrainingOptions& options);
  // Breaks it off.
  ~BackgroundCheck();
  BackgroundCheck(const BackgroundCheck&) = delete;
  BackgroundCheck& operator=(const BackgroundCheck&) = delete;

  bool ended() const;
  // Waits for it. Throws what the check threw. To be called once.
  CheckedData result() { return result_.get(); }

private:
  std::atomic<bool> unwanted_{ false };
  std::future<CheckedData> result_;
};
}
