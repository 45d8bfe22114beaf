#include "training/pqFLARELossChart.h"

#include "QVTKOpenGLNativeWidget.h"
#include "vtkAxis.h"
#include "vtkChartXY.h"
#include "vtkContextScene.h"
#include "vtkContextView.h"
#include "vtkDoubleArray.h"
#include "vtkGenericOpenGLRenderWindow.h"
#include "vtkPen.h"
#include "vtkPlot.h"
#include "vtkTable.h"
#include "vtkTextProperty.h"

#include <QColor>
#include <QElapsedTimer>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace
{
// Two colours that differ in lightness too, for those who do not see all colours.
constexpr unsigned char lossColour[] = { 0, 90, 160 };
constexpr unsigned char errorColour[] = { 230, 120, 0 };

constexpr double share = 0.05; // of the time, at most, goes into drawing

QString inColour(const QString& name, const unsigned char* colour)
{
  return QString("<span style='color:%1'>\u25ac</span> %2")
    .arg(QColor(colour[0], colour[1], colour[2]).name(), name.toHtmlEscaped());
}

QLabel* legend(QWidget* parent)
{
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::RichText);
  label->setText(inColour(pqFLARELossChart::tr("loss"), lossColour) + "&nbsp;&nbsp; " +
                 inColour(pqFLARELossChart::tr("validation error"), errorColour));
  label->setWordWrap(true);
  return label;
}

void makeTable(vtkTable* table, const QString& name)
{
  for (const auto& column : { QStringLiteral("epoch"), name })
  {
    vtkNew<vtkDoubleArray> array;
    array->SetName(column.toUtf8().constData());
    table->AddColumn(array);
  }
}

void fill(vtkTable* table, const QVector<double>& x, const QVector<double>& y)
{
  auto* first = vtkDoubleArray::SafeDownCast(table->GetColumn(0));
  auto* second = vtkDoubleArray::SafeDownCast(table->GetColumn(1));
  first->Reset();
  second->Reset();
  for (int i = 0; i < x.size() && i < y.size(); ++i)
  {
    // A logarithmic axis has no place for others.
    if (std::isfinite(y[i]) && y[i] > 0.0)
    {
      first->InsertNextValue(x[i]);
      second->InsertNextValue(y[i]);
    }
  }
  first->Modified();
  second->Modified();
  table->Modified();
}

void addLine(vtkChartXY* chart, vtkTable* table, const unsigned char* colour)
{
  if (table->GetNumberOfRows() == 0)
  {
    return;
  }
  // A line begins with the second epoch.
  auto* plot = chart->AddPlot(table->GetNumberOfRows() == 1 ? vtkChart::POINTS : vtkChart::LINE);
  plot->SetInputData(table, 0, 1);
  plot->SetColor(colour[0], colour[1], colour[2], 255);
  plot->SetWidth(2.0F);
}
}

pqFLARELossChart::pqFLARELossChart(QWidget* parent)
  : QWidget(parent)
  , Widget(new QVTKOpenGLNativeWidget(this))
{
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(legend(this)); // a chart's own legend lies over the lines
  layout->addWidget(this->Widget, 1);
  this->setMinimumHeight(160);
  this->setToolTip(tr("The loss, mean over each epoch, and the error on the cases that are held out."));

  vtkNew<vtkGenericOpenGLRenderWindow> window;
  this->Widget->setRenderWindow(window);
  this->View->SetRenderWindow(window);
  this->View->GetScene()->AddItem(this->Chart);
  auto* left = this->Chart->GetAxis(vtkAxis::LEFT);
  left->SetLogScale(true);
  left->SetTitle("");
  this->Chart->GetAxis(vtkAxis::BOTTOM)->SetTitle(tr("epoch").toUtf8().constData());
  makeTable(this->LossTable, tr("loss"));
  makeTable(this->ErrorTable, tr("validation error"));

  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLARELossChart::draw);
}

pqFLARELossChart::~pqFLARELossChart() = default;

void pqFLARELossChart::show(
  const QVector<double>& epochs, const QVector<double>& losses, const QVector<double>& validationErrors)
{
  // NaN is what was not measured.
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  if (epochs == this->Epochs && losses == this->Losses &&
      std::equal(
        validationErrors.begin(), validationErrors.end(), this->Errors.begin(), this->Errors.end(), same))
  {
    return;
  }
  this->Epochs = epochs;
  this->Losses = losses;
  this->Errors = validationErrors;
  this->drawLater();
}

// What a drawing costs decides how soon the next one comes: without a GPU it takes a while.
void pqFLARELossChart::drawLater()
{
  if (!this->Timer.isActive())
  {
    this->Timer.start(std::max(0, static_cast<int>(this->NextDrawing.remainingTime())));
  }
}

void pqFLARELossChart::draw()
{
  QElapsedTimer clock;
  clock.start();
  fill(this->LossTable, this->Epochs, this->Losses);
  fill(this->ErrorTable, this->Epochs, this->Errors);
  // How many lines and points there are changes in the first epochs.
  const auto shape = std::make_pair(std::min<vtkIdType>(this->LossTable->GetNumberOfRows(), 2),
    std::min<vtkIdType>(this->ErrorTable->GetNumberOfRows(), 2));
  if (shape != this->Shape)
  {
    this->Shape = shape;
    this->Chart->ClearPlots();
    addLine(this->Chart, this->LossTable, lossColour);
    addLine(this->Chart, this->ErrorTable, errorColour);
  }
  this->Chart->RecalculateBounds();
  this->Widget->renderWindow()->Render();
  this->NextDrawing.setRemainingTime(static_cast<qint64>(static_cast<double>(clock.elapsed()) / share));
}
