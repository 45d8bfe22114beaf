#pragma once

#include <QString>

#include <optional>
#include <vector>

class vtkSMProxy;

// What the ports of a FLARESpectrum and a FLARERoutes hold, by the names of their arrays.
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

// Those that are looked at: of the first head, without the constant one unless there is no other.
std::vector<SpectrumMode> shownModes(const std::vector<SpectrumMode>& modes);

// The route on port 0 of a FLARERoutes: the array route_bB_hH, or route_bB for the sum over all heads (-1).
struct Route
{
  int block = 0;
  int head = -1;
  QString array;
  int association = 0;
};
std::optional<Route> routeOf(vtkSMProxy* routes);

// A column of eigenvalues on port 3.
struct SpectrumColumn
{
  QString name;
  QString mesh; // where there are several
  int block = 0;
  int head = 0;
};
std::vector<SpectrumColumn> columnsOf(vtkSMProxy* spectrum);

// The heads of one block on one mesh, in the order of the tables: the rows of squares on port 4.
using SpectrumRow = std::vector<SpectrumColumn>;
std::vector<SpectrumRow> rowsOf(vtkSMProxy* spectrum);
}
