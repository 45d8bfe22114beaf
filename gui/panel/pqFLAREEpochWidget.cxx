#include "panel/pqFLAREEpochWidget.h"

#include "panel/pqFLARERangeSlider.h"
#include "server/pqFLARELiveProperty.h"

#include "pqCoreUtilities.h"
#include "vtkCommand.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

pqFLAREEpochWidget::pqFLAREEpochWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
  : pqPropertyWidget(proxy, parent)
  , Epoch(property)
  , Live(new pqFLARELiveProperty(proxy, proxy->GetPropertyName(property), this))
  , Slider(new pqFLARERangeSlider(this))
  , Text(new QLabel(this))
  , Back(new QPushButton(tr("Show the Trained Model"), this))
{
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(this->Text);
  column->addWidget(this->Slider);
  column->addWidget(this->Back);
  this->Slider->setObjectName("Slider");
  this->Text->setObjectName("Text");
  this->Text->setWordWrap(true);
  this->Back->setObjectName("Back");
  QObject::connect(this->Back, &QPushButton::clicked, this, [this] { this->choose(-1); });
  QObject::connect(this->Slider, &QSlider::valueChanged, this, &pqFLAREEpochWidget::onSliderMoved);
  QObject::connect(
    this->Slider, &pqFLARERangeSlider::held, this, [this] { this->Live->hold(tr("Change Epoch")); });
  QObject::connect(this->Slider, &pqFLARERangeSlider::released, this->Live, &pqFLARELiveProperty::release);
  this->RefreshTimer.setSingleShot(true);
  QObject::connect(&this->RefreshTimer, &QTimer::timeout, this, [this] { this->refresh(); });
  QObject::connect(this->Live, &pqFLARELiveProperty::ended, this, &pqFLAREEpochWidget::refreshLater);
  // Undo, Python and states change the value, too.
  pqCoreUtilities::connect(property, vtkCommand::ModifiedEvent, this, SLOT(showValue()));
  pqCoreUtilities::connect(proxy, vtkCommand::UpdateDataEvent, this, SLOT(refreshLater()));
  pqCoreUtilities::connect(
    proxy, vtkCommand::UpdatePropertyEvent, this, SLOT(onPropertyPushed(vtkObject*, unsigned long, void*)));
  this->refresh();
}

pqFLAREEpochWidget::~pqFLAREEpochWidget() = default;

void pqFLAREEpochWidget::onPropertyPushed(vtkObject*, unsigned long, void* name)
{
  const QString pushed = static_cast<const char*>(name);
  if (pushed == "ModelFile" || pushed == "Model" || pushed == "Reload")
  {
    this->refreshLater();
  }
}

void pqFLAREEpochWidget::refreshLater()
{
  // While the slider follows the mouse the model stays the same.
  if (!this->Live->editing())
  {
    this->RefreshTimer.start(0);
  }
}

void pqFLAREEpochWidget::refresh()
{
  if (this->Live->editing())
  {
    return; // it is refreshed when that ends
  }
  auto* stored = this->proxy()->GetProperty("Epochs");
  this->proxy()->UpdatePropertyInformation(stored);
  const vtkSMPropertyHelper epochs(stored);
  this->Epochs.clear();
  for (unsigned int i = 0; i < epochs.GetNumberOfElements(); ++i)
  {
    this->Epochs.append(epochs.GetAsInt(i));
  }
  const QSignalBlocker blocker(this->Slider);
  this->Slider->setRange(0, this->Epochs.size());
  this->Slider->setVisible(!this->Epochs.isEmpty());
  this->showValue();
}

void pqFLAREEpochWidget::showValue()
{
  const int epoch = vtkSMPropertyHelper(this->Epoch).GetAsInt();
  int position = this->Epochs.size();
  if (epoch >= 0)
  {
    const auto after = std::upper_bound(this->Epochs.begin(), this->Epochs.end(), epoch);
    position = std::max(0, static_cast<int>(after - this->Epochs.begin()) - 1);
  }
  if (!this->Slider->isSliderDown())
  {
    const QSignalBlocker blocker(this->Slider);
    this->Slider->setValue(position);
  }
  this->Text->setText(this->textOf(position));
  this->Back->setVisible(this->Epochs.isEmpty() && epoch >= 0);
}

QString pqFLAREEpochWidget::textOf(int position) const
{
  if (this->Epochs.isEmpty())
  {
    return tr(
      "The model holds no spectra of its training. FLARE Train stores them where Spectra Every is set.");
  }
  return position < this->Epochs.size()
           ? tr("In the training: after epoch %1 of %2").arg(this->Epochs[position]).arg(this->Epochs.last())
           : tr("The trained model, on this mesh");
}

void pqFLAREEpochWidget::onSliderMoved(int position)
{
  this->choose(position < this->Epochs.size() ? this->Epochs[position] : -1);
}

void pqFLAREEpochWidget::choose(int epoch)
{
  this->Live->edit(tr("Change Epoch"), [&] { vtkSMPropertyHelper(this->Epoch).Set(epoch); });
}
