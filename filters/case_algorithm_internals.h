#pragma once

#include "case_loop.h"
#include "case_reader.h"
#include "input_files.h"
#include "vtkFLARECaseAlgorithm.h"

#include <cstddef>
#include <string>

struct vtkFLARECaseAlgorithm::CaseRun
{
  flare::filters::CaseLoop loop;
  flare::filters::InputFiles inputFiles;
  std::size_t seen = 0;                 // cases of this run so far
  std::size_t wanted = 0;               // of all, those to be visited
  std::size_t visited = 0;              // so far
  flare::filters::ReadingNotes reading; // what readCase takes notice of
  std::string found;
};
