#include "server/data_report.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

namespace flare::gui
{
namespace
{
// A sign and a colour: neither stands alone, for those who do not see all colours.
QString signOf(const QString& level)
{
  if (level == "error")
  {
    return QStringLiteral("<span style='color:#b00020'>\u2716</span>");
  }
  return level == "warning" ? QStringLiteral("<span style='color:#b86e00'>\u26a0</span>")
                            : QStringLiteral("<span style='color:#2e7d32'>\u2713</span>");
}
}

QVector<ReportEntry> dataReport(vtkSMProxy* train)
{
  vtkSMPropertyHelper texts(train, "DataReport", /*quiet=*/true);
  const auto text = [&](unsigned int i) { return QString::fromUtf8(texts.GetAsString(i)); };
  QVector<ReportEntry> entries;
  for (unsigned int i = 0; i + 3 < texts.GetNumberOfElements(); i += 4)
  {
    entries.append({ text(i), text(i + 1), text(i + 2), text(i + 3) });
  }
  return entries;
}

QString richText(const QVector<ReportEntry>& entries)
{
  QString html;
  for (const auto& entry : entries)
  {
    html += QString("<p style='margin:2px 0'>%1 <b>%2</b>: %3")
              .arg(signOf(entry.level), entry.subject.toHtmlEscaped(), entry.text.toHtmlEscaped());
    if (!entry.remedy.isEmpty())
    {
      html += QString("<br/><i>%1</i>").arg(entry.remedy.toHtmlEscaped());
    }
    html += "</p>";
  }
  return html;
}
}
