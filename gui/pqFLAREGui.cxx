#include "pqFLAREGui.h"

#include "layouts/pqFLARECameraLinks.h"
#include "layouts/pqFLARELayouts.h"
#include "layouts/pqFLAREPicks.h"
#include "panel/pqFLAREPropertyWidgets.h"
#include "pqFLAREMissingModels.h"
#include "pqFLAREToolBar.h"
#include "training/pqFLAREDock.h"
#include "training/pqFLARETrainings.h"
#include "training/window_training.h"

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
  new pqFLARETrainings(core);
  this->watchTrainings();
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
  new pqFLAREPicks(this);
  new pqFLAREMissingModels(this);
  this->addDock();
}

void pqFLAREGui::watchTrainings()
{
  auto* trainings = pqFLARETrainings::instance();
  const auto keep = [](pqPipelineSource* train) { flare::gui::keepResult(train->getProxy()); };
  QObject::connect(trainings, &pqFLARETrainings::began, this, keep);
  QObject::connect(trainings, &pqFLARETrainings::ended, this, keep);
  QObject::connect(trainings, &pqFLARETrainings::ready, this, &flare::gui::offerTraining);
  QObject::connect(trainings, &pqFLARETrainings::changed, this, &pqFLAREGui::colourFirstPrediction);
  QObject::connect(pqApplicationCore::instance()->getServerManagerModel(),
    &pqServerManagerModel::preSourceRemoved, this,
    [this](pqPipelineSource* source) { this->Coloured.remove(source); });
}

// It comes some time after the mesh was shown. What its user colours otherwise afterwards stays.
void pqFLAREGui::colourFirstPrediction(pqPipelineSource* train)
{
  const bool runs = train && pqFLARETrainings::instance()->status(train).runs();
  if (runs && !this->Coloured.contains(train) && flare::gui::colourPrediction(train))
  {
    this->Coloured.insert(train);
  }
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
