/**
 * @class pqFLAREParameterRow
 * @brief One parameter of a model: its name, unit and training range, a slider, a number field, and a button
 * that goes back to the value of the data.
 */
#ifndef pqFLAREParameterRow_h
#define pqFLAREParameterRow_h

#include "panel/parameter_scale.h"
#include "server/parameter_values.h"

#include <QWidget>

#include <optional>

class QToolButton;
class pqFLARERangeSlider;
class pqLineEdit;

class pqFLAREParameterRow : public QWidget
{
  Q_OBJECT

public:
  /** `value` is the parameter's at first, where it has one. */
  pqFLAREParameterRow(const flare::gui::Parameter& parameter, std::optional<double> value, QWidget* parent);

  const flare::gui::Parameter& parameter() const { return this->Parameter; }

  /** Shows the value that was given, or else that of the data. */
  void showValue(const std::optional<QString>& given, std::optional<double> inData);

Q_SIGNALS:
  /** A user begins to move the slider, and lets go. What is edited outside of these stands alone. */
  void held();
  void released();
  void edited(const QString& value);
  void resetAsked();

private:
  QLayout* heading();
  QWidget* makeSlider();
  void onSliderMoved(int position);
  void onFieldEdited();
  bool fieldEdited() const;
  void mark(std::optional<double> value, const QString& source);

  flare::gui::Parameter Parameter;
  flare::gui::ParameterScale Scale;
  pqFLARERangeSlider* Slider = nullptr;
  pqLineEdit* Field = nullptr;
  QToolButton* Reset = nullptr;
  QString Shown; // what the field was given to show
};

#endif
