#include "pqFLAREReportWidget.h"

#include "data_report.h"

#include "pqCoreUtilities.h"
#include "vtkCommand.h"
#include "vtkSMProperty.h"

#include <QLabel>
#include <QVBoxLayout>

pqFLAREReportWidget::pqFLAREReportWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
  : pqPropertyWidget(proxy, parent)
  , Report(new QLabel(this))
{
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(this->Report);
  this->Report->setObjectName("Report");
  this->Report->setWordWrap(true);
  this->Report->setTextFormat(Qt::RichText);
  pqCoreUtilities::connect(property, vtkCommand::ModifiedEvent, this, SLOT(show()));
  this->show();
}

pqFLAREReportWidget::~pqFLAREReportWidget() = default;

void pqFLAREReportWidget::show()
{
  const auto entries = flare::gui::dataReport(this->proxy());
  this->Report->setText(
    entries.isEmpty() ? tr("Made when the training begins: all cases, fields, parameters, time and memory.")
                      : flare::gui::richText(entries));
}
