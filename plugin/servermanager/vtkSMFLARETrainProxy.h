/**
 * @class vtkSMFLARETrainProxy
 * @brief The proxy of vtkFLARETrain.
 *
 * A state file never trains and never overwrites a model: loading one switches NeverTrain on. So do undo and
 * redo, which besides stop a training whose settings they change: nobody has asked for another one. The
 * property KeepsModel tells the window that NeverTrain is on for this reason, and not by its user's choice.
 */
#ifndef vtkSMFLARETrainProxy_h
#define vtkSMFLARETrainProxy_h

#include "vtkFLAREServerManagerModule.h" // for the export macro
#include "vtkSMFLAREModelProxy.h"

class VTKFLARESERVERMANAGER_EXPORT vtkSMFLARETrainProxy : public vtkSMFLAREModelProxy
{
public:
  static vtkSMFLARETrainProxy* New();
  vtkTypeMacro(vtkSMFLARETrainProxy, vtkSMFLAREModelProxy);

  int LoadXMLState(vtkPVXMLElement* element, vtkSMProxyLocator* locator) override;
  /** Of undo and redo. */
  void LoadState(const vtkSMMessage* message, vtkSMProxyLocator* locator) override;

protected:
  vtkSMFLARETrainProxy() = default;
  ~vtkSMFLARETrainProxy() override = default;

  void UpdatePropertyInformationInternal(vtkSMProperty* property) override;

private:
  bool AskingTheServer = false; // whose answers come as states, too

  vtkSMFLARETrainProxy(const vtkSMFLARETrainProxy&) = delete;
  void operator=(const vtkSMFLARETrainProxy&) = delete;
};

#endif
