#include "server/pqFLARELiveProperty.h"

#include "server/render_views.h"

#include "pqUndoStack.h"
#include "vtkSMProxy.h"
#include "vtkSMSession.h"

#include <QList>

namespace
{
// While another run of the pipeline is under way it is looked again after this time.
constexpr int busyInterval = 20; // ms

QList<vtkSMProxy*>& editedProxies()
{
  static QList<vtkSMProxy*> proxies;
  return proxies;
}
}

pqFLARELiveProperty::pqFLARELiveProperty(vtkSMProxy* proxy, const char* property, QObject* parent)
  : QObject(parent)
  , Proxy(proxy)
  , Property(property)
{
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLARELiveProperty::apply);
}

pqFLARELiveProperty::~pqFLARELiveProperty()
{
  if (this->editing())
  {
    if (this->Proxy)
    {
      this->Proxy->UpdateProperty(this->Property.constData());
    }
    this->endTrace();
    END_UNDO_SET();
  }
}

bool pqFLARELiveProperty::edits(vtkSMProxy* proxy)
{
  return editedProxies().contains(proxy);
}

void pqFLARELiveProperty::endTrace()
{
  this->Trace.reset();
  editedProxies().removeOne(this->Edited);
}

void pqFLARELiveProperty::begin(const QString& undoLabel)
{
  this->EndAsked = false;
  if (!this->editing() && this->Proxy)
  {
    BEGIN_UNDO_SET(undoLabel);
    this->Edited = this->Proxy;
    editedProxies().append(this->Edited);
    // What SM_SCOPED_TRACE does, for as long as the edit lasts.
    this->Trace = std::make_unique<vtkSMTrace::TraceItem>("PropertiesModified");
    *this->Trace = vtkSMTrace::TraceItemArgs().arg("proxy", this->Proxy);
  }
}

void pqFLARELiveProperty::changed()
{
  // Events that wait, newer positions of the mouse among them, come before the timer.
  this->Timer.start(0);
}

void pqFLARELiveProperty::end()
{
  this->EndAsked = true;
  if (!this->Applying)
  {
    this->finish();
  }
}

void pqFLARELiveProperty::hold(const QString& undoLabel)
{
  this->Held = true;
  this->begin(undoLabel);
}

void pqFLARELiveProperty::release()
{
  this->Held = false;
  this->end();
}

void pqFLARELiveProperty::edit(const QString& undoLabel, const std::function<void()>& change)
{
  this->begin(undoLabel);
  change();
  this->changed();
  if (!this->Held)
  {
    this->end();
  }
}

void pqFLARELiveProperty::apply()
{
  if (!this->Proxy) // deleted in the meantime
  {
    this->finish();
    return;
  }
  if (this->Applying || this->Proxy->GetSession()->GetPendingProgress())
  {
    this->Timer.start(busyInterval);
    return;
  }
  this->Applying = true;
  this->Proxy->UpdateProperty(this->Property.constData());
  flare::gui::renderViews();
  this->Applying = false;
  if (this->EndAsked)
  {
    this->finish();
  }
}

void pqFLARELiveProperty::finish()
{
  this->EndAsked = false;
  if (this->Timer.isActive())
  {
    this->Timer.stop();
    this->EndAsked = true;
    this->apply(); // which comes back here
    return;
  }
  if (this->editing())
  {
    this->endTrace();
    END_UNDO_SET();
    Q_EMIT this->ended();
  }
}
