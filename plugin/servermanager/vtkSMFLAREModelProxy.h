/**
 * @class vtkSMFLAREModelProxy
 * @brief The proxy of a filter that reads or writes a model file.
 *
 * ParaView's client does not ask a filter again when nothing has changed in the client. A model file changes
 * on the server's disk, and only the filter can see it: UpdatePipeline() always asks.
 * What files a filter's inputs are read from is known in the client alone, which tells it.
 */
#ifndef vtkSMFLAREModelProxy_h
#define vtkSMFLAREModelProxy_h

#include "vtkFLAREServerManagerModule.h" // for the export macro
#include "vtkSMSourceProxy.h"

class VTKFLARESERVERMANAGER_EXPORT vtkSMFLAREModelProxy : public vtkSMSourceProxy
{
public:
  static vtkSMFLAREModelProxy* New();
  vtkTypeMacro(vtkSMFLAREModelProxy, vtkSMSourceProxy);

  using vtkSMSourceProxy::UpdatePipeline;
  void UpdatePipeline() override;
  void UpdateVTKObjects() override;

protected:
  vtkSMFLAREModelProxy() = default;
  ~vtkSMFLAREModelProxy() override = default;

private:
  vtkSMFLAREModelProxy(const vtkSMFLAREModelProxy&) = delete;
  void operator=(const vtkSMFLAREModelProxy&) = delete;
};

#endif
