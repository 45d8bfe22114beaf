#pragma once

#include "flare/dataset.h"
#include "flare/trainer.h"

#include <string>

namespace flare::filters
{
// As in the property IfModelExists.
enum class IfModelExists
{
  Reuse,
  Resume,
  Overwrite
};

struct TrainingRequest
{
  std::string modelFile;  // absolute
  std::string checkpoint; // beside it
  IfModelExists ifExists = IfModelExists::Reuse;
  bool neverTrain = false;
  bool makeFolder = false; // the file's folder is ours to make: nobody named it
  // What Overwrite does is done once: true when this filter wrote the file itself and it is unchanged.
  bool writtenHere = false;
  // True when this filter has overwritten a file for the same data and settings before: another file that was
  // put there since is not to be lost.
  bool overwritten = false;
};

struct TrainingDecision
{
  enum class Action
  {
    Read,
    Train,
    Resume
  };
  Action action = Action::Train;
  std::string path;    // what to read
  std::string warning; // what the user should know about it
};

// Whether a pipeline's execution has to train, given what lies on disk. Training is dear and executions are
// many: a finished or stopped result of the same data and settings is read. Throws Error when the
// file holds something else, saying what differs, or when nothing may be trained and nothing is there.
// Collective.
TrainingDecision decide(const TrainingRequest& request, const DataSet& data, const TrainingOptions& options);

// Throws Error unless a file, which the property names, can be made in the path's folder. Rank 0 tries;
// collective.
void requireWritable(
  const char* property, const std::string& path, bool makeFolder, Communicator& communicator);

// FILE.flare.safetensors beside an input file, or in the user's data folder when there is none or its folder
// cannot be written.
std::string defaultModelFile(const std::string& inputFile);
}
