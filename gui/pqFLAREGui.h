/**
 * @class pqFLAREGui
 * @brief What ParaFLARE adds to ParaView's window.
 *
 * One object for the life of the application; it registers the plugin's interfaces with ParaView.
 */
#ifndef pqFLAREGui_h
#define pqFLAREGui_h

#include <QObject>
#include <QSet>

class pqApplicationCore;
class pqPipelineSource;

class pqFLAREGui : public QObject
{
  Q_OBJECT

public:
  /** Does nothing when it has been started. */
  static void start(pqApplicationCore* core);

private:
  explicit pqFLAREGui(pqApplicationCore* core);
  ~pqFLAREGui() override;
  void addDock();
  void watchTrainings();
  void colourFirstPrediction(pqPipelineSource* train);

  QSet<pqPipelineSource*> Coloured; // theirs has been
};

#endif
