#include "training/pqFLARETrainings.h"

#include "server/pqFLARELiveProperty.h"
#include "training/window_training.h"

#include "pqApplicationCore.h"
#include "pqDataRepresentation.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "pqView.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSession.h"
#include "vtkSMSourceProxy.h"

#include <algorithm>

using flare::gui::TrainingStatus;

namespace
{
constexpr int betweenLooks = 500;        // ms
constexpr int betweenReadingLooks = 200; // ms, for a progress bar that moves
constexpr int betweenTurns = 20;         // ms that the window has for itself

bool isCreated(pqPipelineSource* train)
{
  return train->modifiedState() != pqProxy::UNINITIALIZED;
}

// A server that works on something is not disturbed.
bool isBusy(pqPipelineSource* train)
{
  return train->getProxy()->GetSession()->GetPendingProgress();
}

// Whether Apply has something to do although no setting waits for it.
bool canBegin(pqPipelineSource* train, const TrainingStatus& before, const TrainingStatus& now)
{
  if (now.state == "stopped")
  {
    constexpr int resume = 1;
    return vtkSMPropertyHelper(train->getProxy(), "IfModelExists").GetAsInt() == resume;
  }
  return now.state == "waiting" || now.state == "failed" || (before.checks() && now.state == "idle");
}

bool isShown(pqPipelineSource* train)
{
  for (auto* port : train->getOutputPorts())
  {
    for (auto* view : port->getViews())
    {
      auto* representation = port->getRepresentation(view);
      if (representation && representation->isVisible())
      {
        return true;
      }
    }
  }
  return false;
}
}

pqFLARETrainings::pqFLARETrainings(QObject* parent)
  : QObject(parent)
{
  this->setObjectName("pqFLARETrainings");
  auto* model = pqApplicationCore::instance()->getServerManagerModel();
  QObject::connect(model, &pqServerManagerModel::sourceAdded, this, &pqFLARETrainings::add);
  QObject::connect(model, &pqServerManagerModel::preSourceRemoved, this, &pqFLARETrainings::remove);
  for (auto* source : model->findItems<pqPipelineSource*>())
  {
    this->add(source);
  }
  QObject::connect(&this->LookTimer, &QTimer::timeout, this, &pqFLARETrainings::lookAtAll);
  this->AdvanceTimer.setSingleShot(true);
  this->AdvanceTimer.setInterval(betweenTurns);
  QObject::connect(&this->AdvanceTimer, &QTimer::timeout, this, &pqFLARETrainings::advance);
}

pqFLARETrainings::~pqFLARETrainings() = default;

pqFLARETrainings* pqFLARETrainings::instance()
{
  auto* core = pqApplicationCore::instance();
  return core ? core->findChild<pqFLARETrainings*>("pqFLARETrainings") : nullptr;
}

TrainingStatus pqFLARETrainings::status(pqPipelineSource* train) const
{
  return this->Trainings.value(train).status;
}

void pqFLARETrainings::add(pqPipelineSource* source)
{
  if (!flare::gui::isTrain(source) || this->Trainings.contains(source))
  {
    return;
  }
  this->Trainings.insert(source, Seen());
  QObject::connect(source, QOverload<pqPipelineSource*>::of(&pqPipelineSource::dataUpdated), this,
    &pqFLARETrainings::onExecuted);
  this->LookTimer.start(betweenLooks);
}

void pqFLARETrainings::onExecuted(pqPipelineSource* train)
{
  if (this->Trainings.contains(train))
  {
    auto& seen = this->Trainings[train];
    seen.executed = true;
    // Something may have begun.
    if (!seen.status.active())
    {
      this->LookTimer.start(0);
    }
  }
}

// A deleted filter lives on in the undo stack; its training does not.
void pqFLARETrainings::remove(pqPipelineSource* source)
{
  if (this->Trainings.remove(source) > 0)
  {
    source->getProxy()->InvokeCommand("StopTraining");
  }
  if (this->Trainings.isEmpty())
  {
    this->LookTimer.stop();
  }
}

void pqFLARETrainings::order(pqPipelineSource* train, const char* command)
{
  train->getProxy()->InvokeCommand(command);
  this->Trainings[train].executed = true; // it may have changed more than the state
  this->look(train);
}

void pqFLARETrainings::lookAtAll()
{
  bool reads = false;
  for (auto* train : this->Trainings.keys())
  {
    if (this->Trainings.contains(train))
    {
      this->look(train);
      reads = reads || this->status(train).checks();
    }
  }
  this->LookTimer.setInterval(reads ? betweenReadingLooks : betweenLooks);
}

void pqFLARETrainings::look(pqPipelineSource* train)
{
  auto& seen = this->Trainings[train];
  // An undo of Apply makes a filter look new, but its training was there.
  const bool isNew = !isCreated(train) && seen.status.state.isEmpty();
  if (isNew || isBusy(train) || pqFLARELiveProperty::edits(train->getProxy()))
  {
    return;
  }
  const auto before = seen.status;
  const bool news = flare::gui::look(train->getProxy(), seen.executed, seen.status);
  seen.executed = false;
  const auto status = seen.status;
  // A short one may have ended before it was seen to run.
  const bool began = !before.began() && status.began();
  const bool ended = seen.ran && !status.runs() && status.state != "stopping" && status.state != "idle";
  seen.ran = status.runs() || (seen.ran && status.state == "stopping");
  if (status.wantsTime() && !this->AdvanceTimer.isActive())
  {
    this->AdvanceTimer.start();
  }
  // `seen` may be gone after these.
  if (news)
  {
    Q_EMIT this->changed(train);
  }
  if (status.state != before.state && canBegin(train, before, status))
  {
    Q_EMIT this->ready(train);
  }
  if (began)
  {
    Q_EMIT this->began(train);
  }
  if (ended)
  {
    Q_EMIT this->ended(train);
  }
  if (status.checks() || status.state == "waiting")
  {
    this->goOnUnseen(train);
  }
}

// ParaView's live sources go on with the reading, and so on, where a view shows the filter.
void pqFLARETrainings::goOnUnseen(pqPipelineSource* train)
{
  if (this->Trainings.contains(train) && !isShown(train))
  {
    auto* proxy = vtkSMSourceProxy::SafeDownCast(train->getProxy());
    proxy->MarkModified(proxy);
    proxy->UpdatePipeline();
  }
}

// One filter at a time works for a moment. What was asked for last is waited for first, so that commands do
// not pile up before a server that is slower than the window.
void pqFLARETrainings::advance()
{
  auto trains = this->Trainings.keys();
  trains.erase(std::remove_if(trains.begin(), trains.end(),
                 [this](pqPipelineSource* train) { return !this->Trainings[train].status.wantsTime(); }),
    trains.end());
  if (trains.isEmpty())
  {
    return; // until there is one
  }
  auto* train = trains[(trains.indexOf(this->Advanced) + 1) % trains.size()];
  this->Advanced = train;
  if (!isBusy(train))
  {
    auto* proxy = train->getProxy();
    proxy->UpdatePropertyInformation(proxy->GetProperty("TrainingState"));
    proxy->InvokeCommand("AdvanceTraining");
  }
  this->AdvanceTimer.start();
}
