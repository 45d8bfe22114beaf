#include "training/pqFLARECaseTable.h"

#include <QHeaderView>
#include <QKeyEvent>

#include <algorithm>
#include <cmath>
#include <numeric>

using flare::gui::TrainingStatus;

namespace
{
QString percent(double share)
{
  return std::isfinite(share) ? QString("%1 %").arg(100.0 * share, 0, 'g', 3) : QString();
}

// Positions in the status, those without a number first.
QVector<int> worstFirst(const TrainingStatus& status)
{
  QVector<int> order(std::min(status.caseIndices.size(), status.caseNames.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto badness = [&](int i)
  {
    const double error = status.caseErrors.value(i, std::nan(""));
    return std::isnan(error) ? HUGE_VAL : error;
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return badness(a) > badness(b); });
  return order;
}
}

pqFLARECaseTable::pqFLARECaseTable(QWidget* parent)
  : QTableWidget(0, 2, parent)
{
  this->setHorizontalHeaderLabels({ tr("Held-out case"), tr("Error") });
  this->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  this->horizontalHeader()->setHighlightSections(false);
  this->verticalHeader()->hide();
  this->setEditTriggers(QAbstractItemView::NoEditTriggers);
  this->setSelectionBehavior(QAbstractItemView::SelectRows);
  this->setSelectionMode(QAbstractItemView::SingleSelection);
  this->setTabKeyNavigation(false); // Tab goes on to the next control
  this->setMinimumHeight(90);
  this->setToolTip(tr(
    "The cases that the training does not see, the worst one on top; the error is the relative "
    "2-norm, mean over the fields. A click shows a case in the view, and so do Enter and Space; the name of "
    "the one that is shown is bold."));
  QObject::connect(this, &QTableWidget::cellClicked, this, [this](int row, int) { this->choose(row); });
}

void pqFLARECaseTable::show(const TrainingStatus& status, int shown)
{
  const auto* current = this->item(this->currentRow(), 0);
  const int currentIndex = current ? current->data(Qt::UserRole).toInt() : -1;
  const auto order = worstFirst(status);
  this->setVisible(!order.isEmpty());
  this->setRowCount(order.size());
  for (int row = 0; row < order.size(); ++row)
  {
    const int i = order[row];
    const int index = status.caseIndices[i];
    this->fill(
      row, index, status.caseNames[i], percent(status.caseErrors.value(i, std::nan(""))), index == shown);
    if (index == currentIndex && row != this->currentRow())
    {
      this->setCurrentCell(row, 0);
    }
  }
}

void pqFLARECaseTable::fill(int row, int index, const QString& name, const QString& error, bool shown)
{
  if (!this->item(row, 0))
  {
    this->setItem(row, 0, new QTableWidgetItem);
    this->setItem(row, 1, new QTableWidgetItem);
    this->item(row, 1)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  }
  auto font = this->font();
  font.setBold(shown);
  this->item(row, 0)->setData(Qt::UserRole, index);
  this->item(row, 0)->setText(name);
  this->item(row, 0)->setFont(font);
  this->item(row, 1)->setText(error);
}

void pqFLARECaseTable::choose(int row)
{
  if (const auto* item = this->item(row, 0))
  {
    Q_EMIT this->chosen(item->data(Qt::UserRole).toInt());
  }
}

void pqFLARECaseTable::keyPressEvent(QKeyEvent* event)
{
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
  {
    this->choose(this->currentRow());
    return;
  }
  QTableWidget::keyPressEvent(event);
}
