#include "panel/pqFLAREPointWidget.h"

#include "server/pipeline_source.h"
#include "server/pqFLARELiveProperty.h"

#include "pqPipelineSource.h"
#include "vtkSMNewWidgetRepresentationProxy.h"
#include "vtkSMPropertyGroup.h"
#include "vtkSMPropertyHelper.h"

pqFLAREPointWidget::pqFLAREPointWidget(vtkSMProxy* proxy, vtkSMPropertyGroup* group, QWidget* parent)
  : pqHandlePropertyWidget(proxy, group, parent)
  , Live(new pqFLARELiveProperty(proxy, "Position", this))
{
  // Before ParaView takes note that something waits for Apply.
  QObject::disconnect(this, SIGNAL(startInteraction()), this, SIGNAL(changeAvailable()));
  QObject::connect(this, &pqFLAREPointWidget::startInteraction, this, &pqFLAREPointWidget::begin);
  QObject::connect(this, &pqFLAREPointWidget::interaction, this, &pqFLAREPointWidget::follow);
  QObject::connect(this, &pqFLAREPointWidget::endInteraction, this, &pqFLAREPointWidget::end);
  QObject::connect(this->Live, &pqFLARELiveProperty::ended, this,
    [this]
    {
      auto* source = flare::gui::sourceOf(this->proxy());
      if (source && this->Applied)
      {
        source->setModifiedState(pqProxy::UNMODIFIED);
      }
    });
}

void pqFLAREPointWidget::begin()
{
  auto* source = flare::gui::sourceOf(this->proxy());
  this->Applied = source && source->modifiedState() == pqProxy::UNMODIFIED;
  this->Live->begin(tr("Move Point"));
}

void pqFLAREPointWidget::end()
{
  this->follow();
  this->Live->end();
}

void pqFLAREPointWidget::follow()
{
  const auto now = vtkSMPropertyHelper(this->widgetProxy(), "WorldPosition").GetDoubleArray();
  vtkSMPropertyHelper position(this->proxy(), "Position");
  if (now != position.GetDoubleArray())
  {
    position.Set(now.data(), static_cast<unsigned int>(now.size()));
    this->Live->changed();
  }
}
