/**
 * @class pqFLARECameraLinks
 * @brief Links the cameras of views of a layout that are marked together: turning or zooming one does so with
 * all.
 *
 * ParaView empties its undo stack whenever a link that it manages is removed, and crashes when that happens
 * by an undo. So these links are not among those that it manages: they are made anew from marks on the views,
 * which undo, redo and state files bring back.
 */
#ifndef pqFLARECameraLinks_h
#define pqFLARECameraLinks_h

#include "vtkSmartPointer.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <vector>

class pqView;
class vtkSMCameraLink;
class vtkSMViewProxy;

class pqFLARECameraLinks : public QObject
{
  Q_OBJECT

public:
  explicit pqFLARECameraLinks(QObject* parent);
  ~pqFLARECameraLinks() override;

  /** Null before ParaView's window is there. */
  static pqFLARECameraLinks* instance();

  /** Marks views of one layout, and links them with each other, apart from others of the layout. */
  void link(const std::vector<vtkSMViewProxy*>& views);

private:
  void linkAll();
  /** Gives the views that came back by undo or redo the cameras that they were made with. */
  void restoreCameras();

  std::vector<vtkSmartPointer<vtkSMCameraLink>> Links;
  std::vector<QPointer<pqView>> Added;
  bool Restore = false;
  QTimer Timer;
};

#endif
