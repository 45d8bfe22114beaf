#include "layouts/squares.h"

#include "layouts/choices.h"
#include "layouts/spectrum_modes.h"

#include "vtkRenderer.h"
#include "vtkSMRenderViewProxy.h"

#include <cmath>
#include <optional>
#include <vector>

namespace flare::gui
{
namespace
{
struct Square
{
  int column = 0; // from the left
  int row = 0;    // from the top
};

// The unit square in the plane z = 0 that is drawn there.
std::optional<Square> squareAt(vtkSMProxy* view, const int place[2])
{
  auto* renderView = vtkSMRenderViewProxy::SafeDownCast(view);
  auto* renderer = renderView ? renderView->GetRenderer() : nullptr;
  if (!renderer)
  {
    return std::nullopt;
  }
  double ends[2][3];
  for (int i = 0; i < 2; ++i)
  {
    double world[4];
    renderer->SetDisplayPoint(place[0], place[1], i);
    renderer->DisplayToWorld();
    renderer->GetWorldPoint(world);
    for (int d = 0; d < 3; ++d)
    {
      ends[i][d] = world[d] / world[3];
    }
  }
  const double part = ends[0][2] / (ends[0][2] - ends[1][2]);
  const auto at = [&](int d) { return ends[0][d] + part * (ends[1][d] - ends[0][d]); };
  if (!std::isfinite(part))
  {
    return std::nullopt; // the plane is looked at from its side
  }
  return Square{ static_cast<int>(std::floor(at(0))), static_cast<int>(std::floor(-at(1))) };
}

const SpectrumColumn* headOf(const std::vector<SpectrumRow>& rows, int row, int head)
{
  const bool there =
    row >= 0 && row < int(rows.size()) && head >= 0 && head < int(rows[std::size_t(row)].size());
  return there ? &rows[std::size_t(row)][std::size_t(head)] : nullptr;
}

// Blocks lie side by side, the heads of each against each other, with a gap between them; meshes below each
// other.
const SpectrumColumn* similarHeadOf(const std::vector<SpectrumRow>& rows, const Square& square)
{
  const int heads = rows.empty() ? 0 : int(rows.front().size());
  const int other = square.column % (heads + 1);
  const bool drawn = square.column >= 0 && square.row >= 0 && other < heads;
  return drawn ? headOf(rows, square.column / (heads + 1), square.row % (heads + 1)) : nullptr;
}
}

void pickSquare(vtkSMProxy* view, vtkSMProxy* spectrum, bool similarity, const int place[2])
{
  const auto square = squareAt(view, place);
  const auto rows = rowsOf(spectrum);
  const auto* head = !square      ? nullptr
                     : similarity ? similarHeadOf(rows, *square)
                                  : headOf(rows, square->row, square->column);
  if (head)
  {
    chooseHead(spectrum, head->block, head->head);
  }
}
}
