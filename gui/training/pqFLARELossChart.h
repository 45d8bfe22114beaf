/**
 * @class pqFLARELossChart
 * @brief Loss and validation error over the epochs of a training, with a logarithmic axis.
 */
#ifndef pqFLARELossChart_h
#define pqFLARELossChart_h

#include "vtkNew.h"
#include "vtkType.h"

#include <QDeadlineTimer>
#include <QTimer>
#include <QVector>
#include <QWidget>

#include <utility>

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

  /** One value per epoch; NaN where the error was not measured. Draws soon, when something is new. */
  void show(
    const QVector<double>& epochs, const QVector<double>& losses, const QVector<double>& validationErrors);

private:
  void drawLater();
  void draw();

  QVTKOpenGLNativeWidget* Widget;
  vtkNew<vtkContextView> View;
  vtkNew<vtkChartXY> Chart;
  vtkNew<vtkTable> LossTable, ErrorTable;
  std::pair<vtkIdType, vtkIdType> Shape; // of what the chart holds: rows of both, as far as they matter
  QVector<double> Epochs, Losses, Errors;
  QTimer Timer;
  QDeadlineTimer NextDrawing;
};

#endif
