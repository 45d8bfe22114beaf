#include "pqFLAREGui.h"

#include "pqFLARECameraLinks.h"
#include "pqFLAREDock.h"
#include "pqFLARELayouts.h"
#include "pqFLAREMissingModels.h"
#include "pqFLAREPropertyWidgets.h"
#include "pqFLAREToolBar.h"
#include "pqFLARETrainings.h"
#include "window_training.h"

#include "pqApplicationCore.h"
#include "pqCoreUtilities.h"
#include "pqInterfaceTracker.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"

#include <QMainWindow>
#include <QTimer>

void pqFLAREGui::start(pqApplicationCore* core)
{
  if (!core->findChild<pqFLAREGui*>("pqFLAREGui"))
  {
    new pqFLAREGui(core);
  }
}

pqFLAREGui::pqFLAREGui(pqApplicationCore* core)
  : QObject(core)
{
  this->setObjectName("pqFLAREGui");
  core->interfaceTracker()->addInterface(new pqFLAREPropertyWidgets(this));
  auto* trainings = new pqFLARETrainings(core);
  const auto keep = [](pqPipelineSource* train) { flare::gui::keepResult(train->getProxy()); };
  QObject::connect(trainings, &pqFLARETrainings::began, this, keep);
  QObject::connect(trainings, &pqFLARETrainings::ended, this, keep);
  QObject::connect(trainings, &pqFLARETrainings::ready, this, &flare::gui::offerTraining);
  const auto mend = [core]
  {
    for (auto* source : core->getServerManagerModel()->findItems<pqPipelineSource*>())
    {
      if (flare::gui::isTrain(source))
      {
        flare::gui::mendColours(source);
      }
    }
  };
  QObject::connect(core->getUndoStack(), &pqUndoStack::undone, this, mend);
  QObject::connect(core->getUndoStack(), &pqUndoStack::redone, this, mend);
  new pqFLARECameraLinks(this);
  new pqFLARELayouts(this);
  new pqFLAREMissingModels(this);
  this->addDock();
}

// Plugins are loaded before the window is made.
void pqFLAREGui::addDock()
{
  auto* window = qobject_cast<QMainWindow*>(pqCoreUtilities::mainWidget());
  if (!window)
  {
    QTimer::singleShot(100, this, &pqFLAREGui::addDock);
    return;
  }
  auto* dock = new pqFLAREDock(pqFLARETrainings::instance(), window);
  window->addDockWidget(Qt::RightDockWidgetArea, dock);
  new pqFLAREToolBar(window);
  dock->hide(); // until there is a training
}

pqFLAREGui::~pqFLAREGui() = default;
