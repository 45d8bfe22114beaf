#include "panel/pqFLAREReportWidget.h"

#include "server/current_case.h"
#include "server/data_report.h"
#include "server/pipeline_source.h"
#include "server/settings_text.h"
#include "training/pqFLARETrainings.h"
#include "training/window_training.h"

#include "pqCoreUtilities.h"
#include "pqPipelineSource.h"
#include "vtkCommand.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMPropertyIterator.h"
#include "vtkSMProxy.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

pqFLAREReportWidget::pqFLAREReportWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
  : pqFLAREInformationWidget(proxy, parent)
  , Train(flare::gui::sourceOf(proxy))
{
  this->makeWidgets();
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLAREReportWidget::show);
  pqCoreUtilities::connect(property, vtkCommand::ModifiedEvent, this, SLOT(onReported()));
  // Any setting may be one that the report depends on, whether it waits for Apply or not.
  vtkSmartPointer<vtkSMPropertyIterator> settings;
  settings.TakeReference(proxy->NewPropertyIterator());
  for (settings->Begin(); !settings->IsAtEnd(); settings->Next())
  {
    if (!settings->GetProperty()->GetInformationOnly())
    {
      for (const auto event : { vtkCommand::ModifiedEvent, vtkCommand::UncheckedPropertyModifiedEvent })
      {
        pqCoreUtilities::connect(settings->GetProperty(), event, this, SLOT(showLater()));
      }
    }
  }
  if (auto* trainings = pqFLARETrainings::instance())
  {
    QObject::connect(trainings, &pqFLARETrainings::changed, this,
      [this](pqPipelineSource* train)
      {
        if (train == this->Train)
        {
          this->showProgress();
        }
      });
  }
  this->watchInputs();
  this->onReported();
  this->show();
}

pqFLAREReportWidget::~pqFLAREReportWidget() = default;

void pqFLAREReportWidget::makeWidgets()
{
  const auto list = [this](const QString& name)
  {
    auto* label = new QLabel(this);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::RichText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
  };
  this->Current = list("Current");
  this->Current->setToolTip(tr("What the data show as they stand now, without reading the other cases."));
  this->Check = new QPushButton(this);
  this->Check->setObjectName("Check");
  this->Check->setAutoDefault(true);
  QObject::connect(this->Check, &QPushButton::clicked, this, &pqFLAREReportWidget::onButton);
  this->Progress = new QProgressBar(this);
  this->Progress->setObjectName("Progress");
  this->Progress->setToolTip(tr("Cases read of those found."));
  this->Changed = list("Changed");
  this->Changed->setText(tr("<i>Settings have changed since this check:</i>"));
  this->Changed->setToolTip(tr("Apply checks all cases anew, and so does the button."));
  this->Report = list("Report");
  this->Report->setToolTip(tr("What the last check of all cases has found."));

  auto* row = new QHBoxLayout;
  row->addWidget(this->Check);
  row->addWidget(this->Progress, 1);
  row->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(this->Current);
  column->addLayout(row);
  column->addWidget(this->Changed);
  column->addWidget(this->Report);
}

// What is known of the inputs changes when they are executed.
void pqFLAREReportWidget::watchInputs()
{
  const vtkSMPropertyHelper inputs(this->proxy(), "Input", /*quiet=*/true);
  for (unsigned int i = 0; i < inputs.GetNumberOfElements(); ++i)
  {
    pqCoreUtilities::connect(inputs.GetAsProxy(i), vtkCommand::UpdateDataEvent, this, SLOT(showLater()));
  }
}

void pqFLAREReportWidget::onReported()
{
  const auto report = flare::gui::richText(flare::gui::dataReport(this->proxy()));
  if (report != this->Reported)
  {
    this->Reported = report;
    this->ReportedSettings = flare::gui::settingsText(this->proxy(), flare::gui::Settings::Applied);
  }
  this->showLater();
}

void pqFLAREReportWidget::showLater()
{
  this->Timer.start(0);
}

void pqFLAREReportWidget::show()
{
  const bool reported = !this->Reported.isEmpty();
  this->Current->setVisible(!reported);
  if (!reported)
  {
    this->Current->setText(flare::gui::richText(flare::gui::currentCase(this->proxy())));
  }
  this->showReport();
  this->showProgress();
}

void pqFLAREReportWidget::showReport()
{
  const bool reported = !this->Reported.isEmpty();
  const bool changed = reported && this->ReportedSettings !=
                                     flare::gui::settingsText(this->proxy(), flare::gui::Settings::Waiting);
  this->Changed->setVisible(changed);
  this->Report->setVisible(reported);
  auto palette = this->palette();
  if (changed)
  {
    palette.setColor(QPalette::WindowText, palette.color(QPalette::Disabled, QPalette::WindowText));
  }
  this->Report->setPalette(palette);
  this->Report->setText(this->Reported);
}

bool pqFLAREReportWidget::checks() const
{
  auto* trainings = pqFLARETrainings::instance();
  return trainings && this->Train && trainings->status(this->Train).checks();
}

void pqFLAREReportWidget::showProgress()
{
  const bool checks = this->checks();
  this->Check->setText(checks ? tr("Cancel") : tr("Chec&k all cases"));
  this->Check->setToolTip(checks
                            ? tr("Ends the reading and the check of the cases. Nothing is kept of it.")
                            : tr("Applies the settings, reads all cases once and looks for likely mistakes. "
                                 "The training that follows does not read them again."));
  this->Progress->setVisible(checks);
  if (checks)
  {
    const auto status = pqFLARETrainings::instance()->status(this->Train);
    this->Progress->setMaximum(status.state == "checking" ? 0 : status.casesInAll);
    this->Progress->setValue(status.casesRead);
  }
}

void pqFLAREReportWidget::onButton()
{
  if (this->checks())
  {
    pqFLARETrainings::instance()->order(this->Train, "StopTraining");
    return;
  }
  flare::gui::checkInWindow(this->proxy());
}
