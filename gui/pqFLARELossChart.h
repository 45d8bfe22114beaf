/**
 * @class pqFLARELossChart
 * @brief Loss and validation error over the epochs of a training, with a logarithmic axis.
 */
#ifndef pqFLARELossChart_h
#define pqFLARELossChart_h

#include "vtkNew.h"

#include <QVector>
#include <QWidget>

class QVTKOpenGLNativeWidget;
class vtkChartXY;
class vtkContextView;
class vtkTable;

class pqFLARELossChart : public QWidget
{
  Q_OBJECT

public:
  explicit pqFLARELossChart(QWidget* parent);
  ~pqFLARELossChart() override;

  /** One value per epoch; NaN where the error was not measured. */
  void show(
    const QVector<double>& epochs, const QVector<double>& losses, const QVector<double>& validationErrors);

private:
  QVTKOpenGLNativeWidget* Widget;
  vtkNew<vtkContextView> View;
  vtkNew<vtkChartXY> Chart;
};

#endif
