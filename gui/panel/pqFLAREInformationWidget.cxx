#include "panel/pqFLAREInformationWidget.h"

#include <QEvent>

pqFLAREInformationWidget::pqFLAREInformationWidget(vtkSMProxy* proxy, QWidget* parent)
  : pqPropertyWidget(proxy, parent)
{
  this->setShowLabel(false); // the group's heading says it
}

void pqFLAREInformationWidget::changeEvent(QEvent* event)
{
  if (event->type() == QEvent::EnabledChange && this->testAttribute(Qt::WA_ForceDisabled))
  {
    this->setEnabled(true);
  }
  else if (event->type() == QEvent::StyleChange && !this->styleSheet().isEmpty())
  {
    this->setStyleSheet(QString()); // the colours of what is disabled
  }
  pqPropertyWidget::changeEvent(event);
}
