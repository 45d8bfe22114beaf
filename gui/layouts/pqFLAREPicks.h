/**
 * @class pqFLAREPicks
 * @brief Clicks in the views of the layouts choose what is there.
 *
 * A line of a chart of eigenvalues, or a square of a head map, chooses its head (a point of the line also the
 * mode); a place on the mesh that shows a route chooses the point of its FLARERoutes. A click moves nothing,
 * so that dragging turns and zooms as ever.
 */
#ifndef pqFLAREPicks_h
#define pqFLAREPicks_h

#include "vtkNew.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

class pqView;
class vtkEventQtSlotConnect;
class vtkObject;

class pqFLAREPicks : public QObject
{
  Q_OBJECT

public:
  explicit pqFLAREPicks(QObject* parent);
  ~pqFLAREPicks() override;

private Q_SLOTS:
  void pressed(vtkObject* interactor);
  void released(vtkObject* interactor);

private:
  void watch(pqView* view);
  void pick();

  vtkNew<vtkEventQtSlotConnect> Connector;
  struct Place
  {
    QPointer<pqView> view;
    int at[2] = { 0, 0 }; // pixels
  };
  Place Pressed;
  Place Clicked; // waits to be looked at, as long as the pipeline runs
  QTimer Timer;
};

#endif
