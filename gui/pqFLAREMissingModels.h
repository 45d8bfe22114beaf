/**
 * @class pqFLAREMissingModels
 * @brief Offers to locate model files that a state names and that are not there.
 *
 * A state may come from another machine. ParaView's own dialog, before the state is loaded, can search a
 * folder for its files; where the names were taken from the state, this class asks before anything is
 * computed.
 */
#ifndef pqFLAREMissingModels_h
#define pqFLAREMissingModels_h

#include <QList>
#include <QMap>
#include <QObject>
#include <QPointer>
#include <QString>

class pqPipelineSource;
class pqRepresentation;

class pqFLAREMissingModels : public QObject
{
  Q_OBJECT

public:
  explicit pqFLAREMissingModels(QObject* parent);
  ~pqFLAREMissingModels() override;

private:
  using Users = QMap<QString, QList<pqPipelineSource*>>;

  /** Hides what a view would compute in vain before anybody can be asked. */
  void onRepresentationAdded(pqRepresentation* representation);
  void onStateLoaded();
  void ask(const QString& file, const QList<pqPipelineSource*>& users);

  QList<QPointer<pqRepresentation>> Hidden;
};

#endif
