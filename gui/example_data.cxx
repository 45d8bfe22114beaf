#include "example_data.h"

#include "layouts/layout_views.h"
#include "server/pipeline_source.h"

#include "pqActiveObjects.h"
#include "pqApplicationCore.h"
#include "pqCoreUtilities.h"
#include "pqFileDialogModel.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqRenderView.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "vtkDataObject.h"
#include "vtkNew.h"
#include "vtkSMAnimationSceneProxy.h"
#include "vtkSMPVRepresentationProxy.h"
#include "vtkSMParaViewPipelineControllerWithRendering.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewProxy.h"
#include "vtkSmartPointer.h"

#include <QDir>
#include <QMessageBox>
#include <QStringList>

#include <dlfcn.h>

namespace flare::gui
{
namespace
{
const char* const shownField = "von_mises";

// Beside the installed plugin, else where it was built from.
QStringList exampleFolders()
{
  Dl_info self;
  dladdr(reinterpret_cast<void*>(&openExample), &self);
  const auto plugin = QFileInfo(QString::fromLocal8Bit(self.dli_fname)).absoluteDir();
  return { QDir::cleanPath(plugin.filePath(PARAFLARE_EXAMPLES_INSTALLED) + "/plates/train"),
    QDir::cleanPath(QString(PARAFLARE_EXAMPLES_SOURCE) + "/plates/train") };
}

QStringList exampleFiles()
{
  for (const QDir folder : exampleFolders())
  {
    QStringList files;
    for (const auto& name : folder.entryList({ "*.vtu" }, QDir::Files, QDir::Name))
    {
      files << folder.filePath(name);
    }
    if (!files.isEmpty())
    {
      return files;
    }
  }
  return {};
}

void complain(const QString& text)
{
  QMessageBox::warning(pqCoreUtilities::mainWidget(), "FLARE Example", text);
}

pqPipelineSource* openSeries(pqServer* server, const QStringList& files)
{
  auto* manager = server->proxyManager();
  auto reader = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("sources", "XMLUnstructuredGridReader"));
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  controller->PreInitializeProxy(reader);
  vtkSMPropertyHelper names(reader, "FileName");
  for (int i = 0; i < files.size(); ++i)
  {
    names.Set(unsigned(i), files[i].toLocal8Bit().constData());
  }
  reader->UpdateVTKObjects();
  controller->PostInitializeProxy(reader);
  const auto name = manager->GetUniqueProxyName("sources", "plates", /*alwaysAppend=*/false);
  controller->RegisterPipelineProxy(reader, name.c_str());

  return showAsApplied(reader);
}

void showSeries(pqPipelineSource* source)
{
  auto* session = source->getServer()->session();
  vtkNew<vtkSMParaViewPipelineControllerWithRendering> controller;
  vtkSMAnimationSceneProxy::UpdateAnimationUsingDataTimeSteps(controller->GetAnimationScene(session));
  auto* active = pqActiveObjects::instance().activeView();
  auto* view =
    controller->ShowInPreferredView(source->getSourceProxy(), 0, active ? active->getViewProxy() : nullptr);
  controller->AssignViewToLayout(view);
  auto* representation = view ? view->FindRepresentation(source->getSourceProxy(), 0) : nullptr;
  auto* shown = pqApplicationCore::instance()->getServerManagerModel()->findItem<pqRenderView*>(view);
  if (!representation || !shown)
  {
    return;
  }
  vtkSMPVRepresentationProxy::SetScalarColoring(representation, shownField, vtkDataObject::POINT);
  vtkSMPVRepresentationProxy::RescaleTransferFunctionToDataRange(representation, false, true);
  vtkSMPVRepresentationProxy::SetScalarBarVisibility(representation, view, true);
  shown->updateInteractionMode(source->getOutputPort(0));
  shown->resetDisplay();
}
}

void openExample()
{
  auto* server = pqActiveObjects::instance().activeServer();
  const auto files = exampleFiles();
  QString found;
  if (files.isEmpty())
  {
    complain("The example's files are not there. They were looked for in\n" +
             exampleFolders().join("\nand ") +
             "\nInstall ParaFLARE with its examples, or open files of your own.");
  }
  else if (!pqFileDialogModel(server).fileExists(files.front(), found))
  {
    complain(
      "The server cannot read " + files.front() +
      ".\nCopy the folder to the same place on the server's machine, or open the example without a server.");
  }
  else
  {
    SCOPED_UNDO_SET("Open the Example");
    auto* source = openSeries(server, files);
    showSeries(source);
    pqActiveObjects::instance().setActiveSource(source);
  }
}
}
