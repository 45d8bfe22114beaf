#pragma once

class vtkSMProxy;

// Tells a filter with the property InputFiles which files its inputs are read from: those of the readers at
// the beginning of its pipelines.
void tellInputFiles(vtkSMProxy* filter);
