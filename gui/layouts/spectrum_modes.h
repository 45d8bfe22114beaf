#pragma once

#include <QString>

#include <vector>

class vtkSMProxy;

// What the ports of a FLARESpectrum hold, by the names of their arrays.
namespace flare::gui
{
// A mode on the mesh: the array mode_bB_hH_I.
struct SpectrumMode
{
  int block = 0;
  int head = 0;
  int index = 0; // 0: the constant one
  QString array;
  int association = 0;

  bool sameHead(const SpectrumMode& other) const { return block == other.block && head == other.head; }
};

// The modes on port 1, by block, head and index.
std::vector<SpectrumMode> modesOf(vtkSMProxy* spectrum);

// A column of eigenvalues on port 3.
struct SpectrumColumn
{
  QString name;
  int block = 0;
  int head = 0;
};
std::vector<SpectrumColumn> columnsOf(vtkSMProxy* spectrum);
}
