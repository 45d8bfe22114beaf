/**
 * @class pqFLARERangeSlider
 * @brief A slider that shows on its groove what range of values is known ground.
 *
 * The handle goes where the mouse is pressed, and follows it. Outside of the marked range the handle takes
 * the warning colour. held() and released() enclose what a user does in one go: a drag, or a key held down.
 */
#ifndef pqFLARERangeSlider_h
#define pqFLARERangeSlider_h

#include <QSlider>

class pqFLARERangeSlider : public QSlider
{
  Q_OBJECT
  Q_PROPERTY(bool warning READ warning)
  Q_PROPERTY(bool markedRange READ markedRange)

public:
  explicit pqFLARERangeSlider(QWidget* parent);

  /** The colour of values outside of the range, legible on the palette's background. */
  static QColor warningColour(const QPalette& palette);

  /** Marks the positions from `low` to `high`, with their values' texts below. */
  void markRange(int low, int high, const QString& lowText, const QString& highText);
  bool markedRange() const { return this->Marked; }

  void setWarning(bool on);
  bool warning() const { return this->Warning; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

Q_SIGNALS:
  void held();
  void released();

protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

private:
  int radius() const;
  QFont smallFont() const;
  void paintMarks(QPainter& painter) const;
  int placeOf(int position) const;
  int positionAt(int place) const;
  void hold();
  void release();

  bool Marked = false;
  bool Warning = false;
  bool Held = false;
  int Low = 0;
  int High = 0;
  QString LowText;
  QString HighText;
};

#endif
