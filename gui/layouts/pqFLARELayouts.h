/**
 * @class pqFLARELayouts
 * @brief Keeps the colours of the layouts fitting to their data.
 *
 * After a filter has run, the ranges follow: the truth's from its smallest to its largest value, the error's
 * symmetric about zero; and modes and routes, whose arrays are called after block and head, are those of the
 * head that there is now. This is no undo step, as undoing the filter's change brings the
 * colours back in the same way.
 */
#ifndef pqFLARELayouts_h
#define pqFLARELayouts_h

#include <QObject>
#include <QSet>
#include <QTimer>

class pqPipelineSource;

class pqFLARELayouts : public QObject
{
  Q_OBJECT

public:
  explicit pqFLARELayouts(QObject* parent);

private:
  void dataUpdated(pqPipelineSource* source);
  void follow();

  QSet<pqPipelineSource*> Updated; // compared with those that there are still
  QTimer Timer;
};

#endif
