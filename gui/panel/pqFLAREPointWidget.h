/**
 * @class pqFLAREPointWidget
 * @brief ParaView's handle for a position, which is applied while the handle is dragged.
 */
#ifndef pqFLAREPointWidget_h
#define pqFLAREPointWidget_h

#include "pqHandlePropertyWidget.h"

class pqFLARELiveProperty;

class pqFLAREPointWidget : public pqHandlePropertyWidget
{
  Q_OBJECT

public:
  pqFLAREPointWidget(vtkSMProxy* proxy, vtkSMPropertyGroup* group, QWidget* parent);

private:
  void begin();
  void follow();
  void end();

  bool Applied = false; // nothing else waited for Apply at the beginning

  pqFLARELiveProperty* Live;
};

#endif
