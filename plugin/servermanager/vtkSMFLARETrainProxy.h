/**
 * @class vtkSMFLARETrainProxy
 * @brief The proxy of vtkFLARETrain.
 *
 * A state file never trains and never overwrites a model: loading one switches NeverTrain on. And the filter
 * is told which file its input comes from, after which it names its model file when the user does not.
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
  void UpdateVTKObjects() override;

protected:
  vtkSMFLARETrainProxy() = default;
  ~vtkSMFLARETrainProxy() override = default;

private:
  vtkSMFLARETrainProxy(const vtkSMFLARETrainProxy&) = delete;
  void operator=(const vtkSMFLARETrainProxy&) = delete;
};

#endif
