#include "panel/pqFLAREParametersWidget.h"

#include "panel/pqFLAREParameterRow.h"
#include "server/pqFLARELiveProperty.h"

#include "pqCoreUtilities.h"
#include "pqUndoStack.h"
#include "vtkCommand.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMUncheckedPropertyHelper.h"

#include <QLabel>
#include <QVBoxLayout>

using flare::gui::Parameter;

pqFLAREParametersWidget::pqFLAREParametersWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
  : pqPropertyWidget(proxy, parent)
  , Values(property)
  , Live(new pqFLARELiveProperty(proxy, proxy->GetPropertyName(property), this))
  , Column(new QVBoxLayout(this))
  , Hint(new QLabel(tr("The sliders appear when the model file is known."), this))
{
  this->setShowLabel(false); // the group's heading says it
  this->Column->setContentsMargins(0, 0, 0, 0);
  this->Column->setSpacing(2);
  this->Column->addWidget(this->Hint);
  this->Hint->setObjectName("Hint");
  this->Hint->setWordWrap(true);
  this->Hint->setToolTip(tr("Which parameters there are is written in the model file."));

  this->RefreshTimer.setSingleShot(true);
  QObject::connect(&this->RefreshTimer, &QTimer::timeout, this, [this] { this->refresh(); });
  QObject::connect(this->Live, &pqFLARELiveProperty::ended, this, &pqFLAREParametersWidget::refreshLater);
  // Undo, Python and states change the values, too.
  pqCoreUtilities::connect(property, vtkCommand::ModifiedEvent, this, SLOT(showValues()));
  pqCoreUtilities::connect(proxy, vtkCommand::UpdateDataEvent, this, SLOT(refreshLater()));
  pqCoreUtilities::connect(
    proxy, vtkCommand::UpdatePropertyEvent, this, SLOT(onPropertyPushed(vtkObject*, unsigned long, void*)));
  for (const char* source : { "ModelFile", "Input" })
  {
    pqCoreUtilities::connect(
      proxy->GetProperty(source), vtkCommand::UncheckedPropertyModifiedEvent, this, SLOT(refreshLater()));
    pqCoreUtilities::connect(
      proxy->GetProperty(source), vtkCommand::ModifiedEvent, this, SLOT(refreshLater()));
  }
  this->refresh();
  this->takeOverWarnings();
}

pqFLAREParametersWidget::~pqFLAREParametersWidget() = default;

// The sliders' colour says it; ParaView would open its window of messages over the view.
void pqFLAREParametersWidget::takeOverWarnings()
{
  if (auto* warn = this->proxy()->GetProperty("WarnOfParameters"))
  {
    SCOPED_UNDO_EXCLUDE();
    vtkSMPropertyHelper(warn).Set(0);
    this->proxy()->UpdateProperty("WarnOfParameters");
  }
}

void pqFLAREParametersWidget::onPropertyPushed(vtkObject*, unsigned long, void* name)
{
  const QString pushed = static_cast<const char*>(name);
  if (pushed == "ModelFile" || pushed == "Model" || pushed == "Reload")
  {
    this->refreshLater();
  }
}

void pqFLAREParametersWidget::refreshLater()
{
  // While a slider follows the mouse the model stays the same.
  if (!this->Live->editing())
  {
    this->RefreshTimer.start(0);
  }
}

// The filter itself, or, while another file waits for Apply, a source that reads that file.
vtkSMProxy* pqFLAREParametersWidget::describedProxy()
{
  auto* proxy = this->proxy();
  const char* chosen = vtkSMUncheckedPropertyHelper(proxy, "ModelFile").GetAsString(0);
  const QString file = chosen ? chosen : "";
  if (file.isEmpty() || file == vtkSMPropertyHelper(proxy, "ModelFile").GetAsString(0))
  {
    return proxy;
  }
  SCOPED_UNDO_EXCLUDE();
  if (!this->Preview)
  {
    this->Preview.TakeReference(proxy->GetSessionProxyManager()->NewProxy("sources", "FLAREModelInfo"));
  }
  vtkSMPropertyHelper(this->Preview, "ModelFile").Set(file.toUtf8().constData());
  this->Preview->UpdateVTKObjects();
  return this->Preview;
}

void pqFLAREParametersWidget::refresh()
{
  if (this->Live->editing())
  {
    return; // it is refreshed when that ends
  }
  const auto parameters = flare::gui::parametersOf(this->describedProxy());
  const bool same = std::equal(parameters.begin(), parameters.end(), this->Rows.begin(), this->Rows.end(),
    [](const Parameter& a, const pqFLAREParameterRow* row) { return a == row->parameter(); });
  if (!same)
  {
    this->showParameters(parameters);
  }
  this->showValues();
}

void pqFLAREParametersWidget::showParameters(const std::vector<Parameter>& parameters)
{
  qDeleteAll(this->Rows);
  this->Rows.clear();
  for (const auto& parameter : parameters)
  {
    this->Rows.append(this->addRow(parameter));
  }
  this->Hint->setVisible(this->Rows.empty());
}

pqFLAREParameterRow* pqFLAREParametersWidget::addRow(const Parameter& parameter)
{
  const auto name = parameter.name;
  const auto given = flare::gui::givenValue(this->Values, name);
  const auto inData = flare::gui::valueInData(this->proxy(), name);
  auto* row = new pqFLAREParameterRow(parameter, given ? given->toDouble() : inData, this);
  this->Column->addWidget(row);
  const auto label = tr("Change %1").arg(name);
  QObject::connect(row, &pqFLAREParameterRow::held, this, [this, label] { this->Live->hold(label); });
  QObject::connect(row, &pqFLAREParameterRow::released, this->Live, &pqFLARELiveProperty::release);
  QObject::connect(row, &pqFLAREParameterRow::edited, this,
    [this, label, name](const QString& value)
    { this->Live->edit(label, [&] { flare::gui::giveValue(this->Values, name, value); }); });
  QObject::connect(row, &pqFLAREParameterRow::resetAsked, this,
    [this, label, name] { this->Live->edit(label, [&] { flare::gui::removeValue(this->Values, name); }); });
  return row;
}

void pqFLAREParametersWidget::showValues()
{
  for (auto* row : this->Rows)
  {
    const auto& name = row->parameter().name;
    row->showValue(flare::gui::givenValue(this->Values, name), flare::gui::valueInData(this->proxy(), name));
  }
}
