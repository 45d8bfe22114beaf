#pragma once

#include <QString>
#include <QVector>

class vtkSMProxy;

namespace flare::gui
{
// An entry of the check of the data, as the property DataReport of FLARETrain has it.
struct ReportEntry
{
  QString level; // "info", "warning", "error"
  QString subject;
  QString text;
  QString remedy;
};

// What the server has told last.
QVector<ReportEntry> dataReport(vtkSMProxy* train);

// As rich text: a paragraph per entry, its remedy below it.
QString richText(const QVector<ReportEntry>& entries);
}
