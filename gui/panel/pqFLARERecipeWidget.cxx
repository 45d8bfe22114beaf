#include "panel/pqFLARERecipeWidget.h"

#include "training/window_training.h"

#include "vtkSMEnumerationDomain.h"
#include "vtkSMProperty.h"

#include <QButtonGroup>
#include <QLabel>
#include <QRadioButton>
#include <QVBoxLayout>

namespace
{
QString costOf(const QString& recipe)
{
  if (recipe == "Quick look")
  {
    return pqFLARERecipeWidget::tr("3 minutes and a small network: a first impression");
  }
  if (recipe == "Balanced")
  {
    return pqFLARERecipeWidget::tr("30 minutes: about half of Quick look's error");
  }
  if (recipe == "Published")
  {
    return pqFLARERecipeWidget::tr("500 epochs as in the paper: hours, and for a few hundred cases or more");
  }
  return pqFLARERecipeWidget::tr("the advanced properties decide");
}
}

pqFLARERecipeWidget::pqFLARERecipeWidget(vtkSMProxy* proxy, vtkSMProperty* property, QWidget* parent)
  : pqPropertyWidget(proxy, parent)
  , Recipes(new QButtonGroup(this))
{
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  const auto domain = property->FindDomain<vtkSMEnumerationDomain>();
  for (unsigned int i = 0; domain && i < domain->GetNumberOfEntries(); ++i)
  {
    const QString name = domain->GetEntryText(i);
    auto* button = new QRadioButton(name, this);
    button->setObjectName(QString(name).remove(' '));
    button->setToolTip(costOf(name));
    auto* cost = new QLabel(costOf(name), this);
    cost->setWordWrap(true);
    cost->setIndent(24);
    cost->setEnabled(false);
    this->Recipes->addButton(button, domain->GetEntryValue(i));
    layout->addWidget(button);
    layout->addWidget(cost);
  }
  QObject::connect(this->Recipes, QOverload<QAbstractButton*, bool>::of(&QButtonGroup::buttonToggled), this,
    &pqFLARERecipeWidget::recipeChanged);
  this->addPropertyLink(this, "recipe", SIGNAL(recipeChanged()), property);
}

pqFLARERecipeWidget::~pqFLARERecipeWidget() = default;

int pqFLARERecipeWidget::recipe() const
{
  return this->Recipes->checkedId();
}

void pqFLARERecipeWidget::setRecipe(int recipe)
{
  if (auto* button = this->Recipes->button(recipe))
  {
    button->setChecked(true);
  }
}

void pqFLARERecipeWidget::apply()
{
  flare::gui::applyInWindow(this->proxy());
  this->pqPropertyWidget::apply();
}
