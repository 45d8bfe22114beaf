#pragma once

namespace flare::gui
{
// Where a parameter's values lie on a slider with positions 0 to `steps`: its training range takes the
// middle, and the slider reaches beyond it on both sides.
class ParameterScale
{
public:
  static constexpr int steps = 1000;

  // low and high: the training range, NaN where unknown; then the slider's middle is `value`.
  ParameterScale(double low, double high, double value);

  bool rangeKnown() const { return known_; }
  double low() const { return low_; }
  double high() const { return high_; }

  // False when the value lies outside a known range, by more than the rounding that the filters allow.
  bool trainedFor(double value) const;

  // The position nearest to a value; the slider's ends for values beyond them.
  int positionOf(double value) const;
  // The value at a position, with no more digits than the step between two positions gives it.
  double valueAt(int position) const;

private:
  bool known_;
  double low_;
  double high_;
  double begin_; // the values at the slider's ends
  double end_;
};
}
