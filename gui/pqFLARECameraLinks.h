/**
 * @class pqFLARECameraLinks
 * @brief Links the cameras of the marked views of a layout: turning or zooming one does so with all.
 *
 * ParaView empties its undo stack whenever a link that it manages is removed, and crashes when that happens by
 * an undo. So these links are not among those that it manages: they are made anew from marks on the views,
 * which undo, redo and state files bring back.
 */
#ifndef pqFLARECameraLinks_h
#define pqFLARECameraLinks_h

#include "vtkSmartPointer.h"

#include <QObject>
#include <QTimer>

#include <vector>

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

  /** Marks views of one layout, and links them. */
  void link(const std::vector<vtkSMViewProxy*>& views);

private:
  void linkAll();

  std::vector<vtkSmartPointer<vtkSMCameraLink>> Links;
  QTimer Timer;
};

#endif
