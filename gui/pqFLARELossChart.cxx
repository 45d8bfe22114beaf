#include "pqFLARELossChart.h"

#include "QVTKOpenGLNativeWidget.h"
#include "vtkAxis.h"
#include "vtkChartLegend.h"
#include "vtkChartXY.h"
#include "vtkContextScene.h"
#include "vtkContextView.h"
#include "vtkDoubleArray.h"
#include "vtkGenericOpenGLRenderWindow.h"
#include "vtkPen.h"
#include "vtkPlot.h"
#include "vtkTable.h"
#include "vtkTextProperty.h"

#include <QVBoxLayout>

#include <cmath>

namespace
{
// Two colours that differ in lightness too, for those who do not see all colours.
constexpr unsigned char lossColour[] = { 0, 90, 160 };
constexpr unsigned char errorColour[] = { 230, 120, 0 };

vtkSmartPointer<vtkTable> tableOf(const QString& name, const QVector<double>& x, const QVector<double>& y)
{
  vtkNew<vtkDoubleArray> first, second;
  first->SetName("epoch");
  second->SetName(name.toUtf8().constData());
  for (int i = 0; i < x.size() && i < y.size(); ++i)
  {
    // A logarithmic axis has no place for others.
    if (std::isfinite(y[i]) && y[i] > 0.0)
    {
      first->InsertNextValue(x[i]);
      second->InsertNextValue(y[i]);
    }
  }
  auto table = vtkSmartPointer<vtkTable>::New();
  table->AddColumn(first);
  table->AddColumn(second);
  return table;
}

void addLine(vtkChartXY* chart, vtkTable* table, const unsigned char* colour)
{
  if (table->GetNumberOfRows() == 0)
  {
    return;
  }
  if (table->GetNumberOfRows() == 1)
  {
    // A line begins with the second epoch.
    auto* points = chart->AddPlot(vtkChart::POINTS);
    points->SetInputData(table, 0, 1);
    points->SetColor(colour[0], colour[1], colour[2], 255);
    return;
  }
  auto* line = chart->AddPlot(vtkChart::LINE);
  line->SetInputData(table, 0, 1);
  line->SetColor(colour[0], colour[1], colour[2], 255);
  line->SetWidth(2.0F);
}
}

pqFLARELossChart::pqFLARELossChart(QWidget* parent)
  : QWidget(parent)
  , Widget(new QVTKOpenGLNativeWidget(this))
{
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(this->Widget);
  this->setMinimumHeight(160);
  this->setToolTip(tr("The loss, mean over each epoch, and the error on the cases that are held out."));

  vtkNew<vtkGenericOpenGLRenderWindow> window;
  this->Widget->setRenderWindow(window);
  this->View->SetRenderWindow(window);
  this->View->GetScene()->AddItem(this->Chart);
  this->Chart->SetShowLegend(true);
  this->Chart->GetLegend()->SetHorizontalAlignment(vtkChartLegend::RIGHT);
  this->Chart->GetLegend()->SetVerticalAlignment(vtkChartLegend::TOP);
  auto* left = this->Chart->GetAxis(vtkAxis::LEFT);
  left->SetLogScale(true);
  left->SetTitle("");
  this->Chart->GetAxis(vtkAxis::BOTTOM)->SetTitle(tr("epoch").toUtf8().constData());
}

pqFLARELossChart::~pqFLARELossChart() = default;

void pqFLARELossChart::show(
  const QVector<double>& epochs, const QVector<double>& losses, const QVector<double>& validationErrors)
{
  this->Chart->ClearPlots();
  addLine(this->Chart, tableOf(tr("loss"), epochs, losses), lossColour);
  addLine(this->Chart, tableOf(tr("validation error"), epochs, validationErrors), errorColour);
  this->Chart->RecalculateBounds();
  this->Widget->renderWindow()->Render();
}
