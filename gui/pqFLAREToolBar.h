/**
 * @class pqFLAREToolBar
 * @brief The actions of the FLARE menu and of the toolbar FLARE: the layouts, and the example.
 *
 * The toolbar itself, with the filters, is made by ParaView (show_in_toolbar in the filters' XML), which
 * fills it anew when filters change; this adds to it. An action is enabled where it can be done with the
 * active source.
 */
#ifndef pqFLAREToolBar_h
#define pqFLAREToolBar_h

#include <QObject>
#include <QStringList>
#include <QTimer>

class pqOutputPort;
class pqPipelineSource;
class QAction;
class QMainWindow;
class QMenu;
class QToolBar;

namespace flare::gui
{
struct ComparedField;
}

class pqFLAREToolBar : public QObject
{
  Q_OBJECT

public:
  explicit pqFLAREToolBar(QMainWindow* window);

private:
  void makeActions();
  void fillToolBar();
  void placeToolBar(QToolBar* bar);
  void makeMenu();
  /** Which actions apply now, and the fields that can be compared. */
  void update();
  void showFields(pqOutputPort* port);
  /** Asks for a folder, and writes what the current layout shows. */
  void exportViews();
  /** Has the action show the active source, and say why it could not. */
  void showBy(QAction* action, bool (*showLayout)(pqPipelineSource*), const QString& nothing);
  void compare(const flare::gui::ComparedField& field);
  /** The port of the active source that holds what can be compared, or null. */
  pqOutputPort* comparedPort() const;

  QMainWindow* Window;
  QTimer Timer;
  QMenu* Fields = nullptr;
  pqOutputPort* FieldsOf = nullptr; // compared only
  QStringList Labels;
  QAction* Comparison = nullptr;
  QAction* Spectrum = nullptr;
  QAction* HeadMap = nullptr;
  QAction* Routes = nullptr;
  QAction* Export = nullptr;
  QAction* Example = nullptr;
};

#endif
