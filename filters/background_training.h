#pragma once

#include "training_session.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace flare::filters
{
// What a run has reached, for those who look on.
struct TrainingStatus
{
  enum class State
  {
    Preparing,
    Training,
    Paused,
    Stopping,
    Ended // with a result or an error
  };
  State state = State::Preparing;
  std::vector<EpochRecord> history;
  std::int64_t stepsDone = 0;
  std::int64_t stepsPlanned = 0; // 0: not known yet
  double secondsLeft = 0.0;      // NaN: not known yet
  std::vector<std::string> validationCases;
  std::vector<std::size_t> validationIndices; // theirs, among all cases
  std::vector<double> caseErrors;             // of them; empty before the first epoch has ended

  // The averaged weights as they were a moment ago, and their prediction of a case.
  std::optional<Model> model;
  std::size_t predictedCase = 0;
  std::shared_ptr<const std::vector<std::vector<double>>> prediction;

  std::string previewProblem; // why there is none any more

  std::optional<TrainingResult> result;
  std::string error;
  std::string errorProperty; // the filter's, that can put it right
  bool cancelled = false;    // before the first step
};

// Trains behind the window. One process trains on a thread of its own, at a lower priority than that of the
// window. Several ranks would meet in MPI calls of several threads, which ParaView's MPI does not allow: they
// train in slices, for which `advance` is called again and again. Everything is collective then, and called
// on all ranks in the same order.
class BackgroundTraining
{
public:
  // Starts at once. While it lives, nobody else may use the session.
  BackgroundTraining(TrainingSession& session, TrainingPlan plan, DataSet data, TrainingOptions options);
  // Stops a thread's run, as `stop` does; what still goes on a second later, be it the preparation, a step or
  // a prediction, is broken off, and what its last checkpoint holds is what remains, as it does of a run in
  // slices.
  ~BackgroundTraining();
  BackgroundTraining(const BackgroundTraining&) = delete;
  BackgroundTraining& operator=(const BackgroundTraining&) = delete;

  void pause();
  void resume();
  void stop();
  void saveCheckpoint();

  bool inSlices() const { return !thread_.joinable(); }
  // Trains until a step ends later than `seconds` from now. Nothing happens in a pause, after the end, or
  // where a thread trains.
  void advance(double seconds);

  // From now on this case is predicted, at most twice a second and in at most 5 % of the time.
  void show(std::size_t index, Case c);

  // Counts up with everything new.
  std::uint64_t version() const { return version_; }
  TrainingStatus status() const;

private:
  void work();
  void begin(Trainer& trainer);
  RunState goOn(Trainer& trainer, double seconds);
  void end(const Trainer& trainer, RunState state);
  void fail(std::string property, const std::string& error);
  void cancel();
  template<typename Change>
  void endWith(const Change& change);
  bool stopWanted() const;
  bool predictionDue();
  void predictShown(const Model& model);
  template<typename Change>
  void publish(const Change& change);
  template<typename Request>
  void ask(const Request& request);

  TrainingSession& session_;
  const TrainingPlan plan_;
  DataSet data_; // of the worker alone, and let go when it ends
  const TrainingOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  TrainingStatus status_;
  // Asked often, and not worth waiting for a worker of lower priority that holds the mutex.
  std::atomic<std::uint64_t> version_{ 0 };
  std::size_t shownIndex_ = 0;
  std::optional<Case> shown_;
  Trainer* trainer_ = nullptr; // while it runs
  bool stopWanted_ = false;    // also before it runs
  bool pauseWanted_ = false;
  bool shownAnew_ = false;
  double nextPrediction_ = 0.0; // of the worker alone

  std::atomic<bool> brokenOff_{ false };

  std::optional<Trainer> sliced_; // where several ranks train
  std::thread thread_;            // last: it uses all of the above
};
}
