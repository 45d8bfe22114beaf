#include "vtkSMFLARETrainProxy.h"

#include "vtkCallbackCommand.h"
#include "vtkNew.h"
#include "vtkObjectFactory.h"
#include "vtkPVXMLElement.h"
#include "vtkSMProperty.h"
#include "vtkSMPropertyHelper.h"

#include <cstring>
#include <string>

namespace
{
// Which case is looked at, and whether training is allowed, do not change what is trained.
bool isSetting(vtkSMProxy* proxy, const std::string& name)
{
  auto* property = proxy->GetProperty(name.c_str());
  return property && !property->GetInformationOnly() && name != "ShownCase" && name != "NeverTrain";
}

// Notes when a setting of a proxy is changed.
class SettingsWatch
{
public:
  explicit SettingsWatch(vtkSMProxy* proxy)
    : Proxy(proxy)
  {
    this->Command->SetClientData(this);
    this->Command->SetCallback(
      [](vtkObject* caller, unsigned long, void* self, void* name)
      {
        auto* proxy = static_cast<vtkSMProxy*>(caller);
        auto* watch = static_cast<SettingsWatch*>(self);
        watch->Changed = watch->Changed || isSetting(proxy, static_cast<const char*>(name));
      });
    this->Proxy->AddObserver(vtkCommand::PropertyModifiedEvent, this->Command);
  }
  ~SettingsWatch() { this->Proxy->RemoveObserver(this->Command); }
  SettingsWatch(const SettingsWatch&) = delete;
  SettingsWatch& operator=(const SettingsWatch&) = delete;

  bool changed() const { return this->Changed; }

private:
  vtkSMProxy* Proxy;
  vtkNew<vtkCallbackCommand> Command;
  bool Changed = false;
};
}

vtkStandardNewMacro(vtkSMFLARETrainProxy);

int vtkSMFLARETrainProxy::LoadXMLState(vtkPVXMLElement* element, vtkSMProxyLocator* locator)
{
  const int loaded = this->Superclass::LoadXMLState(element, locator);
  // Settings and pasted properties come this way too.
  auto* parent = element ? element->GetParent() : nullptr;
  if (parent && parent->GetName() && std::strcmp(parent->GetName(), "ServerManagerState") == 0)
  {
    vtkSMPropertyHelper(this, "NeverTrain").Set(1);
    vtkSMPropertyHelper(this, "KeepsModel").Set(1);
  }
  return loaded;
}

void vtkSMFLARETrainProxy::LoadState(const vtkSMMessage* message, vtkSMProxyLocator* locator)
{
  const bool existed = this->ObjectsCreated;
  SettingsWatch watch(this);
  this->Superclass::LoadState(message, locator);
  if (this->AskingTheServer)
  {
    return;
  }
  vtkSMPropertyHelper never(this, "NeverTrain");
  if (never.GetAsInt() == 0)
  {
    never.Set(1);
    vtkSMPropertyHelper(this, "KeepsModel").Set(1);
  }
  if (existed && watch.changed())
  {
    this->InvokeCommand("StopTraining");
  }
}

void vtkSMFLARETrainProxy::UpdatePropertyInformationInternal(vtkSMProperty* property)
{
  this->AskingTheServer = true;
  this->Superclass::UpdatePropertyInformationInternal(property);
  this->AskingTheServer = false;
}
