#include "panel/pqFLARERangeSlider.h"

#include <QFocusEvent>
#include <QFontMetrics>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>

#include <algorithm>

pqFLARERangeSlider::pqFLARERangeSlider(QWidget* parent)
  : QSlider(Qt::Horizontal, parent)
{
  this->setFocusPolicy(Qt::StrongFocus);
  this->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QColor pqFLARERangeSlider::warningColour(const QPalette& palette)
{
  const bool dark = palette.color(QPalette::Base).lightness() < 128;
  return dark ? QColor(255, 170, 50) : QColor(200, 90, 0);
}

void pqFLARERangeSlider::markRange(int low, int high, const QString& lowText, const QString& highText)
{
  this->Marked = true;
  this->LowText = lowText;
  this->HighText = highText;
  this->Low = low;
  this->High = high;
  this->update();
}

void pqFLARERangeSlider::setWarning(bool on)
{
  this->Warning = on;
  this->update();
}

QSize pqFLARERangeSlider::sizeHint() const
{
  return { 20 * this->radius(), this->minimumSizeHint().height() };
}

QSize pqFLARERangeSlider::minimumSizeHint() const
{
  const int marks = this->Marked ? QFontMetrics(this->smallFont()).height() : 0;
  return { 8 * this->radius(), 2 * this->radius() + 4 + marks };
}

QFont pqFLARERangeSlider::smallFont() const
{
  auto font = this->font();
  font.setPointSizeF(0.85 * font.pointSizeF());
  return font;
}

// Half the size of the handle; it grows with the font, as everything does on a fine display.
int pqFLARERangeSlider::radius() const
{
  return this->fontMetrics().height() / 2;
}

int pqFLARERangeSlider::placeOf(int position) const
{
  const int span = this->width() - 2 * this->radius() - 2;
  return 1 + this->radius() +
         QStyle::sliderPositionFromValue(this->minimum(), this->maximum(), position, span);
}

int pqFLARERangeSlider::positionAt(int place) const
{
  const int span = this->width() - 2 * this->radius() - 2;
  return QStyle::sliderValueFromPosition(this->minimum(), this->maximum(), place - this->radius() - 1, span);
}

void pqFLARERangeSlider::paintEvent(QPaintEvent*)
{
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const auto& palette = this->palette();
  const qreal middle = this->radius() + 2.0;
  const auto band = [&](int from, int to, qreal thickness, const QColor& colour)
  {
    painter.setPen(QPen(colour, thickness, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(this->placeOf(from), middle), QPointF(this->placeOf(to), middle));
  };
  band(this->minimum(), this->maximum(), 2.0, palette.color(QPalette::Mid));
  if (this->Marked)
  {
    band(this->Low, this->High, 5.0, palette.color(QPalette::Highlight));
    this->paintMarks(painter);
  }
  const auto colour =
    this->Warning ? pqFLARERangeSlider::warningColour(palette) : palette.color(QPalette::Button);
  painter.setPen(QPen(
    palette.color(this->hasFocus() ? QPalette::Highlight : QPalette::Dark), this->hasFocus() ? 2.0 : 1.0));
  painter.setBrush(this->isEnabled() ? colour : palette.color(QPalette::Window));
  const qreal radius = this->radius() - 1.0;
  painter.drawEllipse(QPointF(this->placeOf(this->sliderPosition()), middle), radius, radius);
}

// The range's ends in numbers; one where two would meet.
void pqFLARERangeSlider::paintMarks(QPainter& painter) const
{
  painter.setFont(this->smallFont());
  painter.setPen(this->palette().color(QPalette::WindowText));
  const QFontMetrics metrics(painter.font());
  const int base = this->height() - metrics.descent();
  const auto place = [&](int position, const QString& text)
  {
    const int width = metrics.horizontalAdvance(text);
    return std::clamp(this->placeOf(position) - width / 2, 0, std::max(0, this->width() - width));
  };
  const int low = place(this->Low, this->LowText);
  const int high = place(this->High, this->HighText);
  painter.drawText(low, base, this->LowText);
  if (high > low + metrics.horizontalAdvance(this->LowText + " "))
  {
    painter.drawText(high, base, this->HighText);
  }
}

void pqFLARERangeSlider::hold()
{
  if (!this->Held)
  {
    this->Held = true;
    Q_EMIT this->held();
  }
}

void pqFLARERangeSlider::release()
{
  if (this->Held)
  {
    this->Held = false;
    Q_EMIT this->released();
  }
}

void pqFLARERangeSlider::mousePressEvent(QMouseEvent* event)
{
  if (event->button() != Qt::LeftButton)
  {
    event->ignore();
    return;
  }
  this->hold();
  this->setSliderDown(true);
  this->setSliderPosition(this->positionAt(event->pos().x()));
}

void pqFLARERangeSlider::mouseMoveEvent(QMouseEvent* event)
{
  if (this->isSliderDown())
  {
    this->setSliderPosition(this->positionAt(event->pos().x()));
  }
}

void pqFLARERangeSlider::mouseReleaseEvent(QMouseEvent* event)
{
  if (event->button() == Qt::LeftButton)
  {
    this->setSliderDown(false);
    this->release();
  }
}

void pqFLARERangeSlider::keyPressEvent(QKeyEvent* event)
{
  // A key that is held down repeats; all of it is one edit.
  this->hold();
  QSlider::keyPressEvent(event);
  if (!event->isAccepted())
  {
    this->release();
  }
}

void pqFLARERangeSlider::keyReleaseEvent(QKeyEvent* event)
{
  if (!event->isAutoRepeat())
  {
    this->release();
  }
  QSlider::keyReleaseEvent(event);
}

void pqFLARERangeSlider::focusOutEvent(QFocusEvent* event)
{
  this->setSliderDown(false);
  this->release();
  QSlider::focusOutEvent(event);
}

void pqFLARERangeSlider::wheelEvent(QWheelEvent* event)
{
  // The wheel scrolls the panel; it turns the slider only when that was chosen before.
  this->hasFocus() ? QSlider::wheelEvent(event) : event->ignore();
}
