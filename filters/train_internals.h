#pragma once

#include "background_training.h"
#include "case_loop.h"
#include "case_reader.h"
#include "model_algorithm_internals.h"
#include "training_session.h"
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
// A run in the background as one filter sees it.
struct LiveRun
{
  // What it will begin with, while it waits for its user's word.
  TrainingPlan plan;
  TrainingOptions options;
  std::optional<DataSet> data;

  Signature signature;
  std::vector<std::size_t> validation; // indices of the cases that are held out
  std::string device;

  // What the run belongs to: the filter's settings, its inputs and, once it has ended, its file.
  vtkMTimeType settings = 0;
  vtkMTimeType upstream = 0;
  std::string fileVersion;

  std::size_t shown = 0; // the case on port 1
  std::uint64_t shownVersion = 0;
  double shownAt = 0.0; // s, of the steady clock
  bool endSeen = false;

  std::unique_ptr<BackgroundTraining> training; // nullptr while it waits; last: it ends before the rest goes
};
}

struct vtkFLARETrain::Internals
{
  using CaseLoop = flare::filters::CaseLoop;
  using CaseMesh = flare::filters::CaseMesh;

  vtkNew<vtkDataArraySelection> pointTargets, cellTargets, pointInputs, cellInputs, parameters;
  std::vector<int> validationCases;

  // One execution, or several of a run in the background
  std::shared_ptr<flare::Communicator> communicator = flare::serialCommunicator();
  CaseLoop loop;
  std::optional<flare::DataSet> data;
  flare::filters::ReadingNotes reading;
  flare::Case shownCase;
  vtkSmartPointer<vtkDataObject> shownObject;
  std::vector<unsigned int> shownBlock;

  // Between executions
  flare::filters::FileWatch watch;
  std::string modelFile;
  std::string casesFound;
  std::string outcome;
  vtkTimeStamp refresh; // something new to show, with the same settings
  bool refreshing = false;
  vtkNew<vtkDoubleArray> progress, history, caseErrors;
  vtkNew<vtkIntArray> caseIndices;
  vtkNew<vtkStringArray> caseNames, report;
  std::string warnings, accepted; // of the report, and those that its user has trained in spite of
  std::string device;
  flare::filters::TrainingSession session;
  std::optional<flare::filters::LiveRun> live; // last: its thread uses the session

  void clear()
  {
    this->loop.restart();
    this->data.reset();
    this->shownCase = {};
    this->shownObject = nullptr;
  }

  flare::DataSet newDataSet(const CaseMesh& first, bool useTime);
  void add(const CaseLoop::Taken& taken, bool shown);
  void show(const CaseLoop::Taken& taken, const flare::Case& c);
  /** Of the run in the background, where one has begun. */
  std::optional<flare::filters::TrainingStatus> status() const;
  /** Has the waiting run begin. */
  void begin();
};
