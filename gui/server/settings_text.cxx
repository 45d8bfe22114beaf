#include "server/settings_text.h"

#include "vtkSMPropertyHelper.h"
#include "vtkSMPropertyIterator.h"
#include "vtkSMProxy.h"
#include "vtkSMProxyProperty.h"
#include "vtkSMVectorProperty.h"
#include "vtkSmartPointer.h"

#include <QStringList>

namespace flare::gui
{
namespace
{
// These decide about the result's file and about what is shown, not about what is learnt from what.
bool concernsTheCheck(const QString& property)
{
  static const QStringList others = { "ShownCase", "ModelFile", "DataSetFile", "IfModelExists", "NeverTrain",
    "CheckpointInterval" };
  return !others.contains(property);
}

QString valuesOf(vtkSMProperty* property, bool waiting)
{
  vtkSMPropertyHelper helper(property, /*quiet=*/true);
  helper.SetUseUnchecked(waiting);
  QStringList values;
  const bool proxies = vtkSMProxyProperty::SafeDownCast(property);
  for (unsigned int i = 0; i < helper.GetNumberOfElements(); ++i)
  {
    auto* proxy = proxies ? helper.GetAsProxy(i) : nullptr;
    values += !proxies ? QString::fromUtf8(helper.GetAsVariant(i).ToString().c_str())
                       : QString("%1:%2").arg(proxy ? proxy->GetGlobalID() : 0).arg(helper.GetOutputPort(i));
  }
  return values.join('\x1f');
}

template<typename Use>
void forEachSetting(vtkSMProxy* proxy, const Use& use)
{
  vtkSmartPointer<vtkSMPropertyIterator> iterator;
  iterator.TakeReference(proxy->NewPropertyIterator());
  for (iterator->Begin(); !iterator->IsAtEnd(); iterator->Next())
  {
    auto* property = iterator->GetProperty();
    const bool holdsValues =
      vtkSMVectorProperty::SafeDownCast(property) || vtkSMProxyProperty::SafeDownCast(property);
    if (holdsValues && !property->GetInformationOnly() && !property->GetIsInternal())
    {
      use(QString(iterator->GetKey()), property);
    }
  }
}
}

QString settingsText(vtkSMProxy* train, Settings which)
{
  QString text;
  forEachSetting(train,
    [&](const QString& name, vtkSMProperty* property)
    {
      if (concernsTheCheck(name))
      {
        text += QString("%1=%2\n").arg(name, valuesOf(property, which == Settings::Waiting));
      }
    });
  const vtkSMPropertyHelper inputs(train, "Input", /*quiet=*/true);
  for (unsigned int i = 0; i < inputs.GetNumberOfElements(); ++i)
  {
    text += inputs.GetAsProxy(i) ? settingsText(inputs.GetAsProxy(i), which) : QString();
  }
  return text;
}

bool changesWait(vtkSMProxy* proxy)
{
  bool wait = false;
  forEachSetting(proxy, [&](const QString&, vtkSMProperty* property)
    { wait = wait || valuesOf(property, /*waiting=*/true) != valuesOf(property, /*waiting=*/false); });
  return wait;
}
}
