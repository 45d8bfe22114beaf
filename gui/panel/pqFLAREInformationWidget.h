/**
 * @class pqFLAREInformationWidget
 * @brief A widget for an information property that has something to click or to select.
 *
 * ParaView disables the widgets of information properties, with all that is in them. These stay enabled.
 */
#ifndef pqFLAREInformationWidget_h
#define pqFLAREInformationWidget_h

#include "pqPropertyWidget.h"

class pqFLAREInformationWidget : public pqPropertyWidget
{
  Q_OBJECT

public:
  pqFLAREInformationWidget(vtkSMProxy* proxy, QWidget* parent);

protected:
  void changeEvent(QEvent* event) override;
};

#endif
