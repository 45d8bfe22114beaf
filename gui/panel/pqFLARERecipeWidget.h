/**
 * @class pqFLARERecipeWidget
 * @brief The recipes of a training, each with a line about what it costs.
 *
 * Applying the panel is what starts a training from the window, so this widget also has the filter train
 * behind it: scripts, traces and state files do not come this way, and wait for their training.
 */
#ifndef pqFLARERecipeWidget_h
#define pqFLARERecipeWidget_h

#include "pqPropertyWidget.h"

class QButtonGroup;

class pqFLARERecipeWidget : public pqPropertyWidget
{
  Q_OBJECT
  Q_PROPERTY(int recipe READ recipe WRITE setRecipe NOTIFY recipeChanged)

public:
  pqFLARERecipeWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent);
  ~pqFLARERecipeWidget() override;

  int recipe() const;
  void setRecipe(int recipe);

  void apply() override;

Q_SIGNALS:
  void recipeChanged();

private:
  QButtonGroup* Recipes;
};

#endif
