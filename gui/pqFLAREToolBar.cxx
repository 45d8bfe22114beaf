#include "pqFLAREToolBar.h"

#include "example_data.h"
#include "layouts/comparison_layout.h"
#include "layouts/export_views.h"
#include "layouts/head_map_layout.h"
#include "layouts/model_filters.h"
#include "layouts/routes_layout.h"
#include "layouts/spectrum_layout.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqFileDialog.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqProxyGroupMenuManager.h"
#include "pqServer.h"
#include "pqSettings.h"
#include "pqView.h"
#include "vtkSMSession.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QToolBar>
#include <QToolButton>

namespace
{
// The one that has the active view, or null.
vtkSMViewLayoutProxy* currentLayout()
{
  auto* view = pqActiveObjects::instance().activeView();
  return view ? vtkSMViewLayoutProxy::FindLayout(view->getViewProxy()) : nullptr;
}

// While the pipeline runs it is looked again after this time.
constexpr int enableInterval = 100; // ms

const char* const placedKey = "FLARE/ToolBarPlaced";

QAction* makeAction(QObject* parent, const char* name, const QString& text, const char* icon,
  const QString& toolTip, const QKeySequence& shortcut = {})
{
  auto* action = new QAction(QIcon(QString(":/FLARE/%1.svg").arg(icon)), text, parent);
  action->setObjectName(name);
  action->setShortcut(shortcut);
  const auto keys = shortcut.toString(QKeySequence::NativeText);
  action->setToolTip(keys.isEmpty() ? toolTip : toolTip + " (" + keys + ")");
  action->setStatusTip(toolTip);
  return action;
}
}

pqFLAREToolBar::pqFLAREToolBar(QMainWindow* window)
  : QObject(window)
  , Window(window)
{
  this->makeActions();
  this->makeMenu();
  this->fillToolBar();
  for (auto* menu : window->findChildren<pqProxyGroupMenuManager*>())
  {
    QObject::connect(menu, &pqProxyGroupMenuManager::menuPopulated, this, &pqFLAREToolBar::fillToolBar,
      Qt::QueuedConnection);
  }
  this->Timer.setSingleShot(true);
  QObject::connect(&this->Timer, &QTimer::timeout, this, &pqFLAREToolBar::update);
  const auto later = [this] { this->Timer.start(0); };
  auto& active = pqActiveObjects::instance();
  QObject::connect(&active, &pqActiveObjects::portChanged, this, later);
  QObject::connect(&active, &pqActiveObjects::viewChanged, this, later);
  QObject::connect(&active, &pqActiveObjects::dataUpdated, this, later);
  QObject::connect(&active, &pqActiveObjects::representationUpdated, this, later);
  later();
}

void pqFLAREToolBar::makeActions()
{
  this->Comparison = makeAction(this, "actionFLAREComparison", "&Comparison", "comparison",
    "Truth, prediction and error side by side, in a new layout", QKeySequence("Ctrl+Alt+C"));
  this->Spectrum = makeAction(this, "actionFLARESpectrum", "&Spectrum", "spectrum_layout",
    "The eigenvalues of the heads and the modes of one head, in a new layout", QKeySequence("Ctrl+Alt+S"));
  this->HeadMap = makeAction(this, "actionFLAREHeadMap", "&Head Map", "head_map_layout",
    "The effective rank of all heads as a map, how alike they are, and the modes of one, in a new layout",
    QKeySequence("Ctrl+Alt+M"));
  this->Routes = makeAction(this, "actionFLARERoutes", "&Routes", "routes_layout",
    "Where a point of the mesh takes its information from, in a new layout: click on another point",
    QKeySequence("Ctrl+Alt+R"));
  this->Export = makeAction(this, "actionFLAREExport", "&Export Views…", "export_views",
    "Writes the views of the current layout as pictures (PNG, SVG), and their data as tables (CSV)");
  QObject::connect(this->Export, &QAction::triggered, this, &pqFLAREToolBar::exportViews);
  this->Example = makeAction(this, "actionFLAREExample", "&Open the Example (Plates)", "example",
    "Opens the cases of the example: plates with a hole under tension, for FLARE Train");
  this->Fields = new QMenu("Comparison o&f", this->Window);
  this->Fields->setObjectName("FLAREFields");
  QObject::connect(this->Comparison, &QAction::triggered, this,
    [this]
    {
      auto* port = this->comparedPort();
      if (port)
      {
        this->compare(flare::gui::comparedFields(port).front());
      }
    });
  this->showBy(this->Spectrum, &flare::gui::showSpectrum,
    "The filter has no modes to show. Its panel and the output messages say why; Number Of Modes must be at "
    "least 1, and First Mode a mode that there is.");
  this->showBy(this->HeadMap, &flare::gui::showHeadMap,
    "The filter has no spectra to show. Its panel and the output messages say why.");
  this->showBy(this->Routes, &flare::gui::showRoutes,
    "The filter has no route to show. Its panel and the output messages say why.");
  QObject::connect(this->Example, &QAction::triggered, this, &flare::gui::openExample);
}

void pqFLAREToolBar::showBy(QAction* action, bool (*showLayout)(pqPipelineSource*), const QString& nothing)
{
  QObject::connect(action, &QAction::triggered, this,
    [this, action, showLayout, nothing]
    {
      auto* source = pqActiveObjects::instance().activeSource();
      if (source && !showLayout(source))
      {
        QMessageBox::warning(this->Window, "FLARE " + action->text().remove('&'), nothing);
      }
    });
}

void pqFLAREToolBar::exportViews()
{
  auto* layout = currentLayout();
  pqFileDialog dialog(nullptr, this->Window, "Export Views: Choose a Folder", QString(), QString(), false);
  dialog.setObjectName("FLAREExportDialog");
  dialog.setFileMode(pqFileDialog::Directory);
  if (!layout || dialog.exec() != QDialog::Accepted || dialog.getSelectedFiles().isEmpty())
  {
    return;
  }
  const auto mayReplace = [this](const QStringList& files)
  {
    QMessageBox question(QMessageBox::Question, "FLARE Export Views",
      tr("The folder holds %1 of the files already. Replace them?").arg(files.size()), QMessageBox::NoButton,
      this->Window);
    question.setObjectName("FLAREReplaceFiles");
    question.setDetailedText(files.join("\n"));
    auto* replace = question.addButton(tr("Replace"), QMessageBox::AcceptRole);
    replace->setObjectName("Replace");
    question.addButton(QMessageBox::Cancel)->setObjectName("Cancel");
    question.exec();
    return question.clickedButton() == replace;
  };
  const auto exported = flare::gui::exportViews(layout, dialog.getSelectedFiles().front(), mayReplace);
  if (!exported.missing.isEmpty())
  {
    QMessageBox::warning(this->Window, "FLARE Export Views",
      "These files could not be written; is there room in the folder, and may you write there? With a remote "
      "server the tables are in the folder of this name on its machine.\n" +
        exported.missing.join("\n"));
  }
}

void pqFLAREToolBar::makeMenu()
{
  auto* bar = this->Window->menuBar();
  auto* menu = new QMenu("F&LARE", bar);
  menu->setObjectName("menuFLARE");
  menu->setToolTipsVisible(true);
  menu->addAction(this->Comparison);
  menu->addMenu(this->Fields);
  menu->addAction(this->Spectrum);
  menu->addAction(this->HeadMap);
  menu->addAction(this->Routes);
  menu->addAction(this->Export);
  menu->addSeparator();
  menu->addAction(this->Example);
  const auto menus = bar->actions();
  bar->insertMenu(menus.isEmpty() ? nullptr : menus.last(), menu); // before Help
}

void pqFLAREToolBar::fillToolBar()
{
  auto* bar = this->Window->findChild<QToolBar*>("FLARE");
  if (!bar || bar->actions().contains(this->Comparison))
  {
    return;
  }
  this->placeToolBar(bar);
  bar->addSeparator();
  for (auto* action : { this->Comparison, this->Spectrum, this->HeadMap, this->Routes, this->Example })
  {
    bar->addAction(action);
    bar->widgetForAction(action)->setObjectName(action->objectName());
  }
  auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(this->Comparison));
  button->setMenu(this->Fields);
  button->setPopupMode(QToolButton::MenuButtonPopup);
}

// ParaView appends a new toolbar to a row that is full at common sizes of the window. The first time it is
// put into the row of the common filters; later it is where its user has left it.
void pqFLAREToolBar::placeToolBar(QToolBar* bar)
{
  auto* settings = pqApplicationCore::instance()->settings();
  auto* common = this->Window->findChild<QToolBar*>("Common");
  if (common && !settings->value(placedKey).toBool())
  {
    settings->setValue(placedKey, true);
    this->Window->insertToolBar(common, bar);
  }
}

pqOutputPort* pqFLAREToolBar::comparedPort() const
{
  auto* source = pqActiveObjects::instance().activeSource();
  auto* port = pqActiveObjects::instance().activePort();
  if (!source || source->modifiedState() == pqProxy::UNINITIALIZED)
  {
    return nullptr;
  }
  if (port && !flare::gui::comparedFields(port).empty())
  {
    return port;
  }
  for (auto* other : source->getOutputPorts())
  {
    if (!flare::gui::comparedFields(other).empty())
    {
      return other;
    }
  }
  return nullptr;
}

void pqFLAREToolBar::update()
{
  auto* server = pqActiveObjects::instance().activeServer();
  if (server && server->session()->GetPendingProgress())
  {
    this->Timer.start(enableInterval);
    return;
  }
  auto* port = this->comparedPort();
  this->Comparison->setEnabled(port);
  this->Fields->setEnabled(port);
  const bool model = flare::gui::hasModel(pqActiveObjects::instance().activeSource());
  for (auto* action : { this->Spectrum, this->HeadMap, this->Routes })
  {
    action->setEnabled(model);
  }
  this->Export->setEnabled(currentLayout());
  this->Example->setEnabled(server);
  this->showFields(port);
}

// News of the same fields leave the menu alone, which may be open.
void pqFLAREToolBar::showFields(pqOutputPort* port)
{
  const auto fields = port ? flare::gui::comparedFields(port) : std::vector<flare::gui::ComparedField>();
  QStringList labels;
  for (const auto& field : fields)
  {
    labels << field.label;
  }
  if (port == this->FieldsOf && labels == this->Labels)
  {
    return;
  }
  this->FieldsOf = port;
  this->Labels = labels;
  this->Fields->clear();
  for (const auto& field : fields)
  {
    auto* action = this->Fields->addAction(
      QString(field.label).replace("&", "&&"), [this, field] { this->compare(field); });
    action->setObjectName(field.label);
  }
}

void pqFLAREToolBar::compare(const flare::gui::ComparedField& field)
{
  if (auto* port = this->comparedPort())
  {
    flare::gui::compare(port, field);
  }
}
