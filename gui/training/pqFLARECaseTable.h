/**
 * @class pqFLARECaseTable
 * @brief The cases that a training does not see and their errors, the worst one on top.
 *
 * A click shows a case, and so do Enter and Space for the row that the arrow keys have reached. The case
 * that is shown has its name in bold.
 */
#ifndef pqFLARECaseTable_h
#define pqFLARECaseTable_h

#include "server/training_status.h"

#include <QTableWidget>

class pqFLARECaseTable : public QTableWidget
{
  Q_OBJECT

public:
  explicit pqFLARECaseTable(QWidget* parent);

  /** `shown`: the index of a case. The current row stays with its case. */
  void show(const flare::gui::TrainingStatus& status, int shown);

Q_SIGNALS:
  void chosen(int index);

protected:
  void keyPressEvent(QKeyEvent* event) override;

private:
  void fill(int row, int index, const QString& name, const QString& error, bool shown);
  void choose(int row);
};

#endif
