/**
 * @class pqFLAREEpochWidget
 * @brief A slider over the epochs after which spectra were stored while a model was trained.
 *
 * For the property Epoch of FLARESpectrum; the charts follow at once. Its last position stands for -1, the
 * spectra of the trained model on the mesh. Epochs that a script sets between two stored ones are shown as
 * the one before, as the filter does. Where an epoch is chosen and the model is then changed for one without
 * stored spectra, a button leads back to -1.
 */
#ifndef pqFLAREEpochWidget_h
#define pqFLAREEpochWidget_h

#include "pqPropertyWidget.h"

#include <QTimer>
#include <QVector>

class QLabel;
class QPushButton;
class pqFLARELiveProperty;
class pqFLARERangeSlider;
class vtkObject;

class pqFLAREEpochWidget : public pqPropertyWidget
{
  Q_OBJECT

public:
  pqFLAREEpochWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent);
  ~pqFLAREEpochWidget() override;

private Q_SLOTS:
  /** The file that is in use may be another one. */
  void refreshLater();
  void onPropertyPushed(vtkObject*, unsigned long, void* name);
  void showValue();

private:
  void refresh();
  void onSliderMoved(int position);
  void choose(int epoch);
  QString textOf(int position) const;

  vtkSMProperty* Epoch;
  pqFLARELiveProperty* Live;
  pqFLARERangeSlider* Slider;
  QLabel* Text;
  QPushButton* Back;
  QVector<int> Epochs;
  QTimer RefreshTimer;
};

#endif
