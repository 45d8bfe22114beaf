#include "panel/pqFLAREProblemWidget.h"

#include "training/pqFLAREText.h"

#include "pqCoreUtilities.h"
#include "pqProxyWidget.h"
#include "vtkCommand.h"
#include "vtkSMProperty.h"
#include "vtkSMProxy.h"

#include <QBoxLayout>
#include <QStringList>
#include <QVBoxLayout>

using flare::gui::Problem;

namespace
{
const QString redSign = QStringLiteral("<span style='color:#b00020'>\u2716</span> ");

// Widgets of ParaView's with one control in a row have room below it when the row becomes a column.
bool hasRoomBelow(QWidget* widget)
{
  auto* layout = qobject_cast<QBoxLayout*>(widget->layout());
  return layout && (layout->direction() == QBoxLayout::TopToBottom || layout->count() <= 1);
}

QBoxLayout* columnOf(QWidget* widget)
{
  auto* layout = qobject_cast<QBoxLayout*>(widget->layout());
  layout->setDirection(QBoxLayout::TopToBottom);
  return layout;
}
}

pqFLAREProblemWidget::pqFLAREProblemWidget(vtkSMProxy* proxy, QWidget* parent)
  : pqFLAREInformationWidget(proxy, parent)
{
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLAREProblemWidget::refresh);
  pqCoreUtilities::connect(proxy, vtkCommand::UpdateDataEvent, this, SLOT(refreshLater()));
  this->refreshLater();
}

pqFLAREProblemWidget::~pqFLAREProblemWidget()
{
  qDeleteAll(this->Texts);
}

void pqFLAREProblemWidget::refreshLater()
{
  this->Timer.start(0);
}

void pqFLAREProblemWidget::refresh()
{
  this->Problems = flare::gui::problemsOf(this->proxy());
  this->place();
}

void pqFLAREProblemWidget::updateWidget(bool showAdvanced)
{
  this->pqFLAREInformationWidget::updateWidget(showAdvanced);
  // The others' turn to be shown or hidden is only coming.
  QTimer::singleShot(0, this, &pqFLAREProblemWidget::place);
}

void pqFLAREProblemWidget::place()
{
  QHash<QWidget*, QStringList> texts;
  for (const auto& problem : this->Problems)
  {
    if (problem.property == "DataReport")
    {
      continue; // the report has its errors in itself
    }
    auto* widget = this->widgetOf(problem.property);
    const bool below = widget && !widget->isHidden() && hasRoomBelow(widget);
    // Far from its property, the text says which one it is about.
    auto* property = below ? nullptr : this->proxy()->GetProperty(problem.property.toUtf8().constData());
    const char* name = property ? property->GetXMLLabel() : nullptr;
    texts[below ? widget : this] += name ? tr("%1: %2").arg(name, problem.text) : problem.text;
  }
  for (auto* widget : texts.keys())
  {
    this->textBelow(widget)->show(texts[widget].join('\n'), redSign);
  }
  for (auto* widget : this->Texts.keys())
  {
    if (auto* text = this->Texts[widget].data())
    {
      text->setVisible(texts.contains(widget));
    }
  }
}

pqFLAREText* pqFLAREProblemWidget::textBelow(QWidget* widget)
{
  auto& text = this->Texts[widget];
  if (!text)
  {
    text = new pqFLAREText(widget);
    text->setObjectName("Problem");
    text->setToolTip(tr("Why the filter could not do its work. It goes when that is put right and applied."));
    columnOf(widget)->addWidget(text);
  }
  return text;
}

pqPropertyWidget* pqFLAREProblemWidget::widgetOf(const QString& property) const
{
  auto* wanted = property.isEmpty() ? nullptr : this->proxy()->GetProperty(property.toUtf8().constData());
  for (QWidget* panel = this->parentWidget(); wanted && panel; panel = panel->parentWidget())
  {
    if (!qobject_cast<pqProxyWidget*>(panel))
    {
      continue;
    }
    for (auto* widget : panel->findChildren<pqPropertyWidget*>(QString(), Qt::FindDirectChildrenOnly))
    {
      if (widget->property() == wanted)
      {
        return widget;
      }
    }
    break;
  }
  return nullptr;
}
