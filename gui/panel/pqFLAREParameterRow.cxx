#include "panel/pqFLAREParameterRow.h"

#include "panel/pqFLARERangeSlider.h"

#include "pqLineEdit.h"

#include <QDoubleValidator>
#include <QHBoxLayout>
#include <QLabel>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace
{
// Enough to tell neighbouring positions of a slider from each other.
QString textOf(double value)
{
  return QString::number(value, 'g', 6);
}

// For the marks under a slider, where there is little room.
QString shortTextOf(double value)
{
  return QString::number(value, 'g', 3);
}

QString trainingRange(const flare::gui::Parameter& parameter)
{
  return std::isnan(parameter.low)
           ? QObject::tr("training range unknown")
           : QObject::tr("trained on %1 to %2").arg(textOf(parameter.low), textOf(parameter.high));
}
}

pqFLAREParameterRow::pqFLAREParameterRow(
  const flare::gui::Parameter& parameter, std::optional<double> value, QWidget* parent)
  : QWidget(parent)
  , Parameter(parameter)
  , Scale(parameter.low, parameter.high, value.value_or(std::nan("")))
{
  this->setObjectName(QString(parameter.name).replace(QRegularExpression("[^A-Za-z0-9_]"), "_"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 2, 0, 4);
  column->setSpacing(1);
  column->addLayout(this->heading());
  column->addWidget(this->makeSlider());
}

QLayout* pqFLAREParameterRow::heading()
{
  const auto& parameter = this->Parameter;
  const bool pure = parameter.unit.isEmpty() || parameter.unit == "1";
  auto* name = new QLabel(pure ? parameter.name : tr("%1 (%2)").arg(parameter.name, parameter.unit), this);
  name->setObjectName("Name");
  name->setTextFormat(Qt::PlainText);
  name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  name->setMinimumWidth(this->fontMetrics().horizontalAdvance("xxxxxx"));
  name->setToolTip(
    tr("%1: %2. Beyond that, predictions are extrapolation.").arg(name->text(), trainingRange(parameter)));
  this->Field = new pqLineEdit(this);
  this->Field->setObjectName("Value");
  auto* number = new QDoubleValidator(this->Field);
  number->setLocale(QLocale::c());
  this->Field->setValidator(number);
  this->Field->setFixedWidth(this->fontMetrics().horizontalAdvance("-0.00000e+000"));
  this->Field->setPlaceholderText(tr("no value"));
  this->Reset = new QToolButton(this);
  this->Reset->setObjectName("Reset");
  this->Reset->setIcon(QIcon(":/pqWidgets/Icons/pqReset.svg"));
  this->Reset->setAutoRaise(true);
  this->Reset->setFocusPolicy(Qt::StrongFocus);
  QObject::connect(
    this->Field, &pqLineEdit::textChangedAndEditingFinished, this, &pqFLAREParameterRow::onFieldEdited);
  QObject::connect(this->Reset, &QToolButton::clicked, this, &pqFLAREParameterRow::resetAsked);

  auto* line = new QHBoxLayout;
  line->addWidget(name, 1);
  line->addWidget(this->Field);
  line->addWidget(this->Reset);
  return line;
}

QWidget* pqFLAREParameterRow::makeSlider()
{
  using flare::gui::ParameterScale;
  this->Slider = new pqFLARERangeSlider(this);
  this->Slider->setObjectName("Slider");
  this->Slider->setRange(0, ParameterScale::steps);
  this->Slider->setSingleStep(ParameterScale::steps / 100);
  this->Slider->setPageStep(ParameterScale::steps / 10);
  if (this->Scale.rangeKnown())
  {
    this->Slider->markRange(this->Scale.positionOf(this->Scale.low()),
      this->Scale.positionOf(this->Scale.high()), shortTextOf(this->Scale.low()),
      shortTextOf(this->Scale.high()));
  }
  QObject::connect(this->Slider, &QSlider::valueChanged, this, &pqFLAREParameterRow::onSliderMoved);
  QObject::connect(this->Slider, &pqFLARERangeSlider::held, this, &pqFLAREParameterRow::held);
  QObject::connect(this->Slider, &pqFLARERangeSlider::released, this, &pqFLAREParameterRow::released);
  return this->Slider;
}

void pqFLAREParameterRow::onSliderMoved(int position)
{
  Q_EMIT this->edited(QString::number(this->Scale.valueAt(position), 'g', 10));
}

void pqFLAREParameterRow::onFieldEdited()
{
  if (this->fieldEdited())
  {
    Q_EMIT this->edited(this->Field->text());
  }
}

// The field shows few digits, and leaving it must not round the value.
bool pqFLAREParameterRow::fieldEdited() const
{
  return this->Field->text() != this->Shown;
}

void pqFLAREParameterRow::showValue(const std::optional<QString>& given, std::optional<double> inData)
{
  const QString ofData = inData ? textOf(*inData) : QString();
  bool isNumber = given.has_value();
  std::optional<double> value = given ? given->toDouble(&isNumber) : inData;
  if (given && !isNumber)
  {
    value.reset();
  }
  const QString text = given.value_or(ofData);
  if (text != this->Shown || !this->Field->hasFocus())
  {
    this->Shown = text;
    this->Field->setText(text);
  }
  auto font = this->Field->font();
  font.setItalic(!given);
  this->Field->setFont(font);
  if (!this->Slider->isSliderDown())
  {
    const QSignalBlocker blocker(this->Slider);
    this->Slider->setValue(value ? this->Scale.positionOf(*value) : flare::gui::ParameterScale::steps / 2);
  }
  this->Reset->setEnabled(given.has_value());
  this->Reset->setToolTip(!given   ? tr("The value is that of the data")
                          : inData ? tr("Take the value from the data: %1").arg(ofData)
                                   : tr("Forget this value, and take that of the data at the next update"));
  this->mark(value, given    ? tr("set here")
                    : inData ? tr("from the data; move the slider or type to set another value")
                             : tr("not known: the data has no one value of this name. Set it here"));
}

void pqFLAREParameterRow::mark(std::optional<double> value, const QString& source)
{
  const bool outside = value && !this->Scale.trainedFor(*value);
  this->Slider->setWarning(outside);
  auto palette = this->palette();
  if (outside)
  {
    palette.setColor(QPalette::Text, pqFLARERangeSlider::warningColour(palette));
  }
  this->Field->setPalette(palette);
  QString text = tr("%1: %2 (%3)").arg(this->Parameter.name, trainingRange(this->Parameter), source);
  if (outside)
  {
    text += tr(".\n%1 lies outside: predictions there are extrapolation.").arg(textOf(*value));
  }
  this->Slider->setToolTip(text);
  this->Field->setToolTip(text);
}
