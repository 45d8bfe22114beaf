#pragma once

#include "background_check.h"
#include "background_training.h"
#include "case_loop.h"
#include "case_reader.h"
#include "input_files.h"
#include "model_algorithm_internals.h"
#include "steady_time.h"
#include "training_session.h"
#include "upstream_watch.h"
#include "vtkFLARETrain.h"

#include "flare/data_report.h"
#include "flare/dataset.h"
#include "flare/trainer.h"

#include <vtkDataArraySelection.h>
#include <vtkDataObject.h>
#include <vtkDoubleArray.h>
#include <vtkIntArray.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <vtkTimeStamp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flare::filters
{
// What one execution, or one call of AdvanceTraining, takes, unless one case or one step takes longer: the
// window waits for it.
constexpr double sliceTime = 0.08; // s

// A run in the background as one filter sees it: the cases are read, in slices; the data are checked; where
// somebody has to be asked it waits; it trains.
struct LiveRun
{
  enum class Phase
  {
    Reading,
    Checking,
    Waiting,
    Training
  };
  Phase phase = Phase::Reading;
  bool checkOnly = false;   // it waits after the check in any case
  bool startWanted = false; // while it waits
  bool neverTrain = false;
  bool sliceEnded = false; // of the reading

  TrainingOptions options;
  std::optional<TrainingPlan> plan; // made before the check, unless that is all that is wanted

  Signature signature;
  std::string device;

  // What the run belongs to: the filter's settings, its inputs and, once it has ended, its file.
  UpstreamWatch upstream;
  vtkMTimeType settings = 0;
  vtkMTimeType fileTime = 0; // of the watch

  std::optional<std::size_t> shown;  // the case on port 1
  std::optional<std::size_t> coming; // the one that the inputs have been asked for
  std::uint64_t shownVersion = 0;
  double shownAt = 0.0; // s, of the steady clock
  bool endSeen = false;
  bool previewProblemSeen = false;

  std::unique_ptr<BackgroundCheck> check;
  std::unique_ptr<BackgroundTraining> training; // last: it ends before the rest goes

  // Whether another execution of the filter would bring something new.
  bool news() const;
};
}

struct vtkFLARETrain::Internals
{
  using CaseLoop = flare::filters::CaseLoop;
  using CaseMesh = flare::filters::CaseMesh;

  vtkNew<vtkDataArraySelection> pointTargets, cellTargets, pointInputs, cellInputs, parameters;
  std::vector<int> validationCases;
  flare::filters::InputFiles inputFiles;

  // One execution, or several of a run in the background
  std::shared_ptr<flare::Communicator> communicator = flare::serialCommunicator();
  CaseLoop loop;
  std::optional<flare::DataSet> data;
  std::optional<flare::Model> start; // whose weights the run begins with
  flare::filters::ReadingNotes reading;
  flare::Case shownCase;
  std::optional<std::size_t> shownIndex;
  vtkSmartPointer<vtkDataObject> shownObject;
  std::vector<unsigned int> shownBlock;

  // Between executions
  flare::filters::FileWatch watch;
  std::string modelFile;
  std::string casesFound;
  std::string outcome;
  vtkTimeStamp refresh; // something new to show, with the same settings
  bool forgetWanted = false;
  bool checkWanted = false;                     // the next run in the background is a check of the data alone
  bool cancelled = false;                       // before it trained
  bool trainAsked = false;                      // the next run may train, whatever NeverTrain says
  double passBegin = 0.0, executionBegin = 0.0; // s, of the steady clock
  vtkNew<vtkDoubleArray> progress, history, caseErrors;
  vtkNew<vtkIntArray> caseIndices, readingProgress;
  vtkNew<vtkStringArray> caseNames, report, problem;
  std::string warnings, accepted; // of the report, and those that its user has trained in spite of
  std::string device;
  flare::filters::TrainingSession session;
  std::optional<flare::filters::LiveRun> live; // last: its threads use the session and the data

  void clear()
  {
    this->loop.restart();
    this->data.reset();
    this->shownCase = {};
    this->shownIndex.reset();
    this->shownObject = nullptr;
  }

  flare::DataSet newDataSet(const CaseMesh& first, bool useTime);
  void add(const CaseLoop::Taken& taken, bool shown);
  void show(const CaseLoop::Taken& taken, const flare::Case& c, std::size_t index);
  /** Of the run in the background, where one has begun. */
  std::optional<flare::filters::TrainingStatus> status() const;
  /** Those that the report does not have. */
  std::vector<std::string> unsaid(const std::vector<std::string>& warnings) const;
  /** Takes over the report of the check. Throws flare::Error for its errors; true when somebody must be
   * asked about its warnings. */
  bool takeReport(const std::vector<flare::ReportEntry>& entries);
};
