/**
 * @class pqFLARELiveProperty
 * @brief Applies one property of a filter while its control moves, without Apply.
 *
 * Only this property is sent to the server: other changes of the panel stay pending. The newest value wins,
 * and none is queued: what comes while the pipeline runs leads to one more run. An edit, from begin() to
 * end(), is one undo step and one entry of ParaView's Python trace.
 */
#ifndef pqFLARELiveProperty_h
#define pqFLARELiveProperty_h

#include "vtkSMTrace.h"
#include "vtkWeakPointer.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

class vtkSMProxy;

class pqFLARELiveProperty : public QObject
{
  Q_OBJECT

public:
  pqFLARELiveProperty(vtkSMProxy* proxy, const char* property, QObject* parent);
  /** Ends an edit. */
  ~pqFLARELiveProperty() override;

  /** Begins an edit, unless one is under way. */
  void begin(const QString& undoLabel);
  /** To be called after each change of the property's value; the pipeline runs soon after. */
  void changed();
  /** Ends the edit, with its last value applied. */
  void end();

  ///@{
  /** For a control that is moved: all changes while it is held are one edit, one that is not held is an edit
   * of its own. */
  void hold(const QString& undoLabel);
  void release();
  void edit(const QString& undoLabel, const std::function<void()>& change);
  ///@}

  bool editing() const { return this->Trace != nullptr; }
  /** Whether a property of the proxy is being edited. What the proxy is asked for in that time would be in
   * ParaView's trace as if the user had set it. */
  static bool edits(vtkSMProxy* proxy);

Q_SIGNALS:
  void ended();

private:
  void apply();
  void finish();
  void endTrace();

  vtkWeakPointer<vtkSMProxy> Proxy;
  QByteArray Property;
  QTimer Timer;
  std::unique_ptr<vtkSMTrace::TraceItem> Trace;
  vtkSMProxy* Edited = nullptr; // as it was at the beginning; not to be used
  bool Applying = false;
  bool EndAsked = false;
  bool Held = false;
};

#endif
