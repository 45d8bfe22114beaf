#include "training/pqFLAREDock.h"

#include "server/pqFLARELiveProperty.h"
#include "training/pqFLARECaseTable.h"
#include "training/pqFLARELossChart.h"
#include "training/pqFLAREText.h"
#include "training/pqFLARETrainings.h"
#include "training/window_training.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

using flare::gui::TrainingStatus;

namespace
{
QString memoryText(double mebibytes)
{
  return mebibytes >= 1024.0 ? pqFLAREDock::tr("%1 GiB").arg(mebibytes / 1024.0, 0, 'f', 1)
                             : pqFLAREDock::tr("%1 MiB").arg(mebibytes, 0, 'f', 0);
}
}

pqFLAREDock::pqFLAREDock(pqFLARETrainings* trainings, QWidget* parent)
  : QDockWidget(tr("FLARE"), parent)
  , Trainings(trainings)
{
  this->setObjectName("FLAREDock");
  auto* contents = new QWidget(this);
  contents->setObjectName("FLAREDockContents");
  this->setWidget(contents);
  this->makeWidgets();
  this->layOut();
  QObject::connect(trainings, &pqFLARETrainings::changed, this, &pqFLAREDock::onChanged);
  QObject::connect(
    &pqActiveObjects::instance(), &pqActiveObjects::sourceChanged, this, &pqFLAREDock::onActiveSourceChanged);
  // The filter's name.
  QObject::connect(pqApplicationCore::instance()->getServerManagerModel(), &pqServerManagerModel::nameChanged,
    this, [this] { this->onChanged(this->Train); });
  this->show(TrainingStatus());
  this->onActiveSourceChanged();
}

pqFLAREDock::~pqFLAREDock() = default;

QLabel* pqFLAREDock::text(const QString& name, Qt::TextFormat format)
{
  auto* label = new QLabel(this->widget());
  label->setObjectName(name);
  label->setWordWrap(true);
  label->setTextFormat(format);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

// Its text has a key, chosen among the letters that ParaView's menus leave free.
QPushButton* pqFLAREDock::button(const QString& name, const QString& toolTip, const char* command)
{
  auto* button = new QPushButton(this->widget());
  button->setObjectName(name);
  button->setToolTip(toolTip);
  button->setAutoDefault(true); // Enter presses it when it has the focus, as Space does
  QObject::connect(button, &QPushButton::clicked, this, [this, command] { this->order(command); });
  return button;
}

// In the order of Tab.
void pqFLAREDock::makeWidgets()
{
  this->Name = this->text("FLAREName", Qt::PlainText);
  this->Name->setToolTip(tr("The filter whose training this is."));
  auto font = this->Name->font();
  font.setBold(true);
  this->Name->setFont(font);
  this->State = new pqFLAREText(this->widget());
  this->State->setObjectName("FLAREState");
  this->State->setToolTip(tr("What the training is doing."));
  this->Warnings = this->text("FLAREWarnings", Qt::RichText);
  this->Warnings->setToolTip(
    tr("What the check of the data asks about. All it has found is in the Properties panel."));
  this->Start = this->button("FLAREStart",
    tr("Has the training begin with the data as they are. Apply does the same."), "StartTraining");
  this->Progress = new QProgressBar(this->widget());
  this->Progress->setObjectName("FLAREProgress");
  this->Pause =
    this->button("FLAREPause", tr("Interrupts the training, or goes on with it."), "PauseTraining");
  this->Stop = this->button("FLAREStop", QString(), "StopTraining");
  this->Save =
    this->button("FLARESave", tr("Writes a checkpoint beside the model file now."), "SaveCheckpoint");
  this->Save->setText(tr("Save check&point"));
  this->Chart = new pqFLARELossChart(this->widget());
  this->Chart->setObjectName("FLARELossChart");
  this->Cases = new pqFLARECaseTable(this->widget());
  this->Cases->setObjectName("FLARECases");
  QObject::connect(this->Cases, &pqFLARECaseTable::chosen, this, &pqFLAREDock::onCaseChosen);
  this->Resources = this->text("FLAREResources", Qt::PlainText);
  this->Resources->setToolTip(
    tr("What the network is trained on, and the memory that the server's process uses."));
}

void pqFLAREDock::layOut()
{
  auto* commands = new QHBoxLayout;
  commands->addWidget(this->Pause);
  commands->addWidget(this->Stop);
  commands->addWidget(this->Save);
  auto* column = new QVBoxLayout(this->widget());
  column->addWidget(this->Name);
  column->addWidget(this->State);
  column->addWidget(this->Warnings);
  column->addWidget(this->Start);
  column->addWidget(this->Progress);
  column->addLayout(commands);
  column->addWidget(this->Chart, 3);
  column->addWidget(this->Cases, 2);
  column->addWidget(this->Resources);
  column->addStretch();
}

void pqFLAREDock::onActiveSourceChanged()
{
  auto* source = pqActiveObjects::instance().activeSource();
  if (flare::gui::isTrain(source) && source != this->Train)
  {
    this->Train = source;
    this->setVisible(true);
    QObject::connect(source, &QObject::destroyed, this, [this] { this->onChanged(nullptr); });
    this->onChanged(source);
  }
}

void pqFLAREDock::onChanged(pqPipelineSource* train)
{
  if (train != this->Train)
  {
    return;
  }
  this->show(this->Trainings->status(train));
}

void pqFLAREDock::show(const TrainingStatus& status)
{
  this->showTexts(status);
  this->showProgress(status);
  this->showCommands(status);
  this->Chart->show(status.epochs, status.losses, status.validationErrors);
  this->Chart->setVisible(!status.epochs.isEmpty());
  this->showCases(status);
}

void pqFLAREDock::showTexts(const TrainingStatus& status)
{
  this->Name->setText(this->Train ? this->Train->getSMName() : QString());
  this->Name->setVisible(this->Train);
  this->State->show(this->Train ? flare::gui::inWords(status)
                                : tr("No training here. Choose results, then Filters > FLARE > FLARE Train"));
  const bool asks = status.state == "waiting" && !status.warnings.isEmpty();
  this->Warnings->setText(asks ? flare::gui::richText(status.warnings) : QString());
  this->Warnings->setVisible(asks);
  this->Resources->setVisible(!status.device.isEmpty());
  auto resources = tr("%1; %2 of memory").arg(status.device, memoryText(status.memory));
  if (status.gpuMemory > 0.0)
  {
    resources += tr(", %1 of the GPU's").arg(memoryText(status.gpuMemory));
  }
  this->Resources->setText(resources);
}

void pqFLAREDock::showProgress(const TrainingStatus& status)
{
  const bool reads = status.state == "reading";
  const int done = reads ? status.casesRead : status.step;
  const int all = reads ? status.casesInAll : status.stepsPlanned;
  this->Progress->setVisible(status.checks() || all > 0);
  // Without an end, the bar shows only that something goes on.
  this->Progress->setMaximum(status.state == "checking" ? 0 : all);
  this->Progress->setValue(done);
  this->Progress->setToolTip(reads ? tr("Cases read of those found.") : tr("Steps done of those planned."));
}

void pqFLAREDock::showCommands(const TrainingStatus& status)
{
  const bool paused = status.state == "paused";
  this->Start->setVisible(status.state == "waiting");
  this->Start->setText(status.warnings.isEmpty() ? tr("Trai&n") : tr("Trai&n anyway"));
  this->Pause->setText(paused ? tr("Contin&ue") : tr("Pa&use"));
  this->Pause->setEnabled(status.runs());
  this->Stop->setText(status.checks() ? tr("Ca&ncel") : tr("St&op"));
  this->Stop->setToolTip(
    status.checks()
      ? tr("Ends the reading and the check of the cases. Nothing is kept of it.")
      : tr("Ends the training. Its model is saved, and its checkpoint stays to continue from."));
  this->Stop->setEnabled(status.runs() || status.checks());
  this->Save->setEnabled(status.runs() && status.step > 0);
}

void pqFLAREDock::showCases(const TrainingStatus& status)
{
  int shown = this->Train ? vtkSMPropertyHelper(this->Train->getProxy(), "ShownCase").GetAsInt() : -1;
  if (shown < 0 && !status.caseIndices.isEmpty())
  {
    shown = status.caseIndices.first();
  }
  this->Cases->show(status, shown);
}

void pqFLAREDock::order(const char* command)
{
  if (!this->Train)
  {
    return;
  }
  const bool continues =
    qstrcmp(command, "PauseTraining") == 0 && this->Trainings->status(this->Train).state == "paused";
  if (qstrcmp(command, "StartTraining") == 0)
  {
    flare::gui::withdrawOffer(this->Train);
  }
  this->Trainings->order(this->Train, continues ? "ContinueTraining" : command);
}

void pqFLAREDock::onCaseChosen(int index)
{
  if (!this->Train)
  {
    return;
  }
  auto* proxy = this->Train->getProxy();
  auto* live = new pqFLARELiveProperty(proxy, "ShownCase", this);
  QObject::connect(live, &pqFLARELiveProperty::ended, live, &QObject::deleteLater);
  live->begin(tr("Show another case"));
  vtkSMPropertyHelper(proxy, "ShownCase").Set(index);
  live->changed();
  live->end();
  this->showCases(this->Trainings->status(this->Train));
}
