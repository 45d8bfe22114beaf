#include "pqFLAREGui.h"

#include "pqFLAREDock.h"
#include "pqFLAREPropertyWidgets.h"
#include "window_training.h"

#include "pqApplicationCore.h"
#include "pqCoreUtilities.h"
#include "pqInterfaceTracker.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "vtkSMProxy.h"

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
  this->addDock();
  // A deleted filter lives on in the undo stack; its training does not.
  QObject::connect(core->getServerManagerModel(), &pqServerManagerModel::preSourceRemoved, this,
    [](pqPipelineSource* source)
    {
      if (flare::gui::isTrain(source))
      {
        source->getProxy()->InvokeCommand("StopTraining");
      }
    });
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
  auto* dock = new pqFLAREDock(window);
  window->addDockWidget(Qt::RightDockWidgetArea, dock);
  dock->hide(); // until there is a training
  QObject::connect(dock, &pqFLAREDock::ended, this,
    [](pqPipelineSource* train) { flare::gui::keepResult(train->getProxy()); });
}

pqFLAREGui::~pqFLAREGui() = default;
