// Where ParaFLARE.so enters this library.
#include "pqFLAREGui.h"

#include "pqApplicationCore.h"

#include <QCoreApplication>
#include <QTimer>

namespace
{
// Plugins may be loaded before ParaView has made its application core; its event loop runs later.
void startWhenReady()
{
  if (auto* core = pqApplicationCore::instance())
  {
    pqFLAREGui::start(core);
  }
  else if (QCoreApplication::instance())
  {
    QTimer::singleShot(0, QCoreApplication::instance(), &startWhenReady);
  }
}
}

extern "C" __attribute__((visibility("default"))) void ParaFLAREStartGui()
{
  startWhenReady();
}
