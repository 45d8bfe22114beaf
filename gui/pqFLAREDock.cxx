#include "pqFLAREDock.h"

#include "pqFLARELiveProperty.h"
#include "pqFLARELossChart.h"
#include "window_training.h"

#include "pqActiveObjects.h"
#include "pqPipelineSource.h"
#include "pqServer.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSession.h"
#include "vtkSMSourceProxy.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

using flare::gui::TrainingStatus;

namespace
{
constexpr int betweenLooks = 500; // ms

QString percent(double share)
{
  return std::isfinite(share) ? QString("%1 %").arg(100.0 * share, 0, 'g', 3) : QString();
}
}

pqFLAREDock::pqFLAREDock(QWidget* parent)
  : QDockWidget(tr("FLARE"), parent)
{
  this->setObjectName("FLAREDock");
  auto* contents = new QWidget(this);
  contents->setObjectName("FLAREDockContents");
  auto* layout = new QVBoxLayout(contents);
  this->Name = new QLabel(contents);
  this->Name->setObjectName("FLAREName");
  this->Name->setTextFormat(Qt::PlainText);
  auto font = this->Name->font();
  font.setBold(true);
  this->Name->setFont(font);
  this->State = new QLabel(contents);
  this->State->setObjectName("FLAREState");
  this->State->setWordWrap(true);
  this->State->setTextFormat(Qt::PlainText);
  this->Warnings = new QLabel(contents);
  this->Warnings->setObjectName("FLAREWarnings");
  this->Warnings->setWordWrap(true);
  this->Warnings->setTextFormat(Qt::RichText);
  this->Start =
    this->command("FLAREStart", tr("Train anyway"), tr("Has the training begin with the data as they are."));
  QObject::connect(this->Start, &QPushButton::clicked, this, [this] { this->order("StartTraining"); });
  this->Progress = new QProgressBar(contents);
  this->Progress->setObjectName("FLAREProgress");
  this->Progress->setToolTip(tr("Steps done of those planned."));
  this->Chart = new pqFLARELossChart(contents);
  this->Chart->setObjectName("FLARELossChart");
  this->Resources = new QLabel(contents);
  this->Resources->setObjectName("FLAREResources");
  this->Resources->setWordWrap(true);
  this->Resources->setToolTip(
    tr("What the network is trained on, and the memory that the server's process uses."));
  this->makeCases();
  layout->addWidget(this->Name);
  layout->addWidget(this->State);
  layout->addWidget(this->Warnings);
  layout->addWidget(this->Start);
  layout->addWidget(this->Progress);
  layout->addLayout(this->commands());
  layout->addWidget(this->Chart, 3);
  layout->addWidget(this->Cases, 2);
  layout->addWidget(this->Resources);
  layout->addStretch();
  this->setWidget(contents);

  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLAREDock::look);
  QObject::connect(this, &QDockWidget::visibilityChanged, this, &pqFLAREDock::lookLater);
  QObject::connect(
    &pqActiveObjects::instance(), &pqActiveObjects::sourceChanged, this, &pqFLAREDock::onActiveSourceChanged);
  this->onActiveSourceChanged();
  this->show(TrainingStatus());
}

pqFLAREDock::~pqFLAREDock() = default;

QPushButton* pqFLAREDock::command(const QString& name, const QString& label, const QString& toolTip)
{
  auto* button = new QPushButton(label, this);
  button->setObjectName(name);
  button->setToolTip(toolTip);
  button->setAutoDefault(false);
  return button;
}

QLayout* pqFLAREDock::commands()
{
  this->Pause = this->command("FLAREPause", tr("Pause"), tr("Interrupts the training, or goes on with it."));
  this->Stop = this->command("FLAREStop", tr("Stop"),
    tr("Ends the training. Its model is saved, and its checkpoint stays to continue from."));
  this->Save =
    this->command("FLARESave", tr("Save checkpoint"), tr("Writes a checkpoint beside the model file now."));
  QObject::connect(this->Pause, &QPushButton::clicked, this,
    [this]
    { this->order(this->Pause->property("continues").toBool() ? "ContinueTraining" : "PauseTraining"); });
  QObject::connect(this->Stop, &QPushButton::clicked, this, [this] { this->order("StopTraining"); });
  QObject::connect(this->Save, &QPushButton::clicked, this, [this] { this->order("SaveCheckpoint"); });
  auto* row = new QHBoxLayout;
  row->addWidget(this->Pause);
  row->addWidget(this->Stop);
  row->addWidget(this->Save);
  return row;
}

void pqFLAREDock::makeCases()
{
  this->Cases = new QTableWidget(0, 2, this);
  this->Cases->setObjectName("FLARECases");
  this->Cases->setHorizontalHeaderLabels({ tr("Held-out case"), tr("Error") });
  this->Cases->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  this->Cases->verticalHeader()->hide();
  this->Cases->setEditTriggers(QAbstractItemView::NoEditTriggers);
  this->Cases->setSelectionBehavior(QAbstractItemView::SelectRows);
  this->Cases->setSelectionMode(QAbstractItemView::SingleSelection);
  this->Cases->setMinimumHeight(90);
  this->Cases->setToolTip(
    tr("The cases that the training does not see, the worst one on top; the error is the relative "
       "2-norm, mean over the fields. A click shows a case."));
  QObject::connect(
    this->Cases, &QTableWidget::cellActivated, this, [this](int row, int) { this->onCaseClicked(row); });
  QObject::connect(
    this->Cases, &QTableWidget::cellClicked, this, [this](int row, int) { this->onCaseClicked(row); });
}

void pqFLAREDock::onActiveSourceChanged()
{
  auto* source = pqActiveObjects::instance().activeSource();
  if (flare::gui::isTrain(source) && source != this->Train)
  {
    this->Train = source;
    this->Ran = false;
    this->Coloured = false;
    this->setVisible(true);
  }
  this->Timer.start(0);
}

void pqFLAREDock::lookLater()
{
  if (!this->Timer.isActive())
  {
    this->Timer.start(betweenLooks);
  }
}

void pqFLAREDock::look()
{
  if (!this->Train)
  {
    this->Ran = false;
    this->show(TrainingStatus());
    return;
  }
  auto* proxy = this->Train->getProxy();
  const bool created = this->Train->modifiedState() != pqProxy::UNINITIALIZED;
  // A server that works on something is not disturbed.
  if (created && !proxy->GetSession()->GetPendingProgress())
  {
    const auto status = flare::gui::trainingStatus(proxy);
    this->show(status);
    if (this->Ran && !status.runs() && status.state != "stopping")
    {
      this->Ran = false;
      Q_EMIT this->ended(this->Train);
    }
    this->Ran = this->Ran || status.runs();
    // The first prediction comes some time after the mesh was shown.
    if (this->Ran && !this->Coloured)
    {
      this->Coloured = flare::gui::colourPrediction(this->Train);
    }
  }
  else if (!created)
  {
    this->show(TrainingStatus());
  }
  this->lookLater();
}

void pqFLAREDock::show(const TrainingStatus& status)
{
  this->Name->setText(this->Train ? this->Train->getSMName() : QString());
  this->Name->setVisible(this->Train);
  this->State->setText(this->Train
                         ? flare::gui::inWords(status)
                         : tr("No training here. Choose results, then Filters > FLARE > FLARE Train"));
  this->Warnings->setText(flare::gui::richText(status.warnings));
  this->Warnings->setVisible(!status.warnings.isEmpty());
  this->Start->setVisible(status.state == "waiting");
  this->Progress->setVisible(status.stepsPlanned > 0);
  this->Progress->setMaximum(std::max(status.stepsPlanned, 1));
  this->Progress->setValue(status.step);
  const bool runs = status.runs();
  const bool paused = status.state == "paused";
  this->Pause->setText(paused ? tr("Continue") : tr("Pause"));
  this->Pause->setProperty("continues", paused);
  this->Pause->setEnabled(runs);
  this->Stop->setEnabled(runs);
  this->Save->setEnabled(runs && status.step > 0);
  this->Chart->setVisible(!status.epochs.isEmpty());
  if (!status.epochs.isEmpty())
  {
    this->Chart->show(status.epochs, status.losses, status.validationErrors);
  }
  this->showCases(status);
  this->Resources->setVisible(!status.device.isEmpty());
  this->Resources->setText(
    tr("%1; %2 of memory")
      .arg(status.device, status.memory >= 1024.0 ? tr("%1 GiB").arg(status.memory / 1024.0, 0, 'f', 1)
                                                  : tr("%1 MiB").arg(status.memory, 0, 'f', 0)));
}

void pqFLAREDock::showCases(const TrainingStatus& status)
{
  const int count = std::min(status.caseIndices.size(), status.caseNames.size());
  this->Cases->setVisible(count > 0);
  QVector<int> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  const auto error = [&](int i) { return status.caseErrors.value(i, std::nan("")); };
  const auto badness = [&](int i) { return std::isnan(error(i)) ? HUGE_VAL : error(i); };
  std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) { return badness(a) > badness(b); });
  this->Cases->setRowCount(count);
  const int shown = this->Train ? vtkSMPropertyHelper(this->Train->getProxy(), "ShownCase").GetAsInt() : -1;
  for (int row = 0; row < count; ++row)
  {
    const int i = rows[row];
    auto* name = new QTableWidgetItem(status.caseNames[i]);
    name->setData(Qt::UserRole, status.caseIndices[i]);
    auto* number = new QTableWidgetItem(percent(error(i)));
    number->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    this->Cases->setItem(row, 0, name);
    this->Cases->setItem(row, 1, number);
    if (status.caseIndices[i] == shown)
    {
      this->Cases->selectRow(row);
    }
  }
}

void pqFLAREDock::order(const char* property)
{
  if (this->Train)
  {
    this->Train->getProxy()->InvokeCommand(property);
    this->look();
  }
}

void pqFLAREDock::onCaseClicked(int row)
{
  const auto* item = this->Cases->item(row, 0);
  if (!item || !this->Train)
  {
    return;
  }
  auto* proxy = this->Train->getProxy();
  auto* live = new pqFLARELiveProperty(proxy, "ShownCase", this);
  QObject::connect(live, &pqFLARELiveProperty::ended, live, &QObject::deleteLater);
  live->begin(tr("Show another case"));
  vtkSMPropertyHelper(proxy, "ShownCase").Set(item->data(Qt::UserRole).toInt());
  live->changed();
  live->end();
}
