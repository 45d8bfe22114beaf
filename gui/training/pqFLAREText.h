/**
 * @class pqFLAREText
 * @brief Text to read and to select, as wide as there is room and as high as it needs.
 *
 * Other than a label's, its words may be longer than a line, as paths are.
 */
#ifndef pqFLAREText_h
#define pqFLAREText_h

#include <QTextEdit>

class pqFLAREText : public QTextEdit
{
  Q_OBJECT

public:
  explicit pqFLAREText(QWidget* parent);

  /** As plain text, after a piece of rich text. Does nothing when it stands there already, so that a
   * selection stays. */
  void show(const QString& text, const QString& sign = QString());

protected:
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

private:
  void fit();

  QString Shown;
};

#endif
