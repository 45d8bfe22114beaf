#include "layouts/export_views.h"

#include "layouts/field_colours.h"

#include "pqApplicationCore.h"
#include "pqDataRepresentation.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "pqView.h"
#include "vtkDataObject.h"
#include "vtkNew.h"
#include "vtkSMContextViewProxy.h"
#include "vtkSMParaViewPipelineController.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxyManager.h"
#include "vtkSMSaveScreenshotProxy.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMSourceProxy.h"
#include "vtkSMViewLayoutProxy.h"
#include "vtkSMViewProxy.h"
#include "vtkSMWriterFactory.h"
#include "vtkSVGExporter.h"
#include "vtkSmartPointer.h"

#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QRegularExpression>
#include <QSet>

#include <vector>

namespace flare::gui
{
namespace
{
// A name of a view or a port as a name of a file.
QString fileName(const QString& folder, const QString& layout, const QString& name, const char* ending)
{
  auto simple = (layout + " " + name).toLower();
  simple.replace(QRegularExpression("[^a-z0-9]+"), "_");
  return folder + "/" + simple + "." + ending;
}

void writePng(vtkSMViewProxy* view, const QString& file)
{
  auto* manager = view->GetSessionProxyManager();
  auto proxy = vtkSmartPointer<vtkSMProxy>::Take(manager->NewProxy("misc", "SaveScreenshot"));
  auto* screenshot = vtkSMSaveScreenshotProxy::SafeDownCast(proxy);
  vtkNew<vtkSMParaViewPipelineController> controller;
  controller->PreInitializeProxy(screenshot);
  vtkSMPropertyHelper(screenshot, "View").Set(view);
  controller->PostInitializeProxy(screenshot);
  screenshot->UpdateDefaultsAndVisibilities(file.toUtf8().constData());
  screenshot->WriteImage(file.toUtf8().constData());
}

// A chart as lines. A mesh or a map as its picture, for which ParaView's own exporters (GL2PS) leave
// a hole, or end the session.
void writeSvg(vtkSMViewProxy* view, const QString& picture, const QString& file)
{
  if (vtkSMContextViewProxy::SafeDownCast(view))
  {
    vtkNew<vtkSVGExporter> exporter;
    exporter->SetRenderWindow(view->GetRenderWindow());
    exporter->SetFileName(file.toUtf8().constData());
    exporter->Write();
    return;
  }
  QFile png(picture), svg(file);
  if (!png.open(QIODevice::ReadOnly) || !svg.open(QIODevice::WriteOnly))
  {
    return;
  }
  const auto bytes = png.readAll();
  const auto size = QImage::fromData(bytes).size();
  svg.write(QString("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                    "width=\"%1\" height=\"%2\">\n<image width=\"%1\" height=\"%2\" "
                    "xlink:href=\"data:image/png;base64,%3\"/>\n</svg>\n")
              .arg(size.width())
              .arg(size.height())
              .arg(QString(bytes.toBase64()))
              .toUtf8());
}

void writeCsv(pqOutputPort* port, bool ofCells, const QString& file)
{
  auto* factory = vtkSMProxyManager::GetProxyManager()->GetWriterFactory();
  auto* source = vtkSMSourceProxy::SafeDownCast(port->getSourceProxy());
  const auto writer = vtkSmartPointer<vtkSMProxy>::Take(factory->CreateWriter(
    file.toUtf8().constData(), source, static_cast<unsigned int>(port->getPortNumber())));
  if (!writer)
  {
    return;
  }
  vtkSMPropertyHelper(writer, "FieldAssociation", /*quiet=*/true).Set(ofCells ? "Cell Data" : "Point Data");
  vtkSMPropertyHelper(writer, "Precision", /*quiet=*/true).Set(17);
  writer->UpdateVTKObjects();
  vtkSMSourceProxy::SafeDownCast(writer)->UpdatePipeline();
}

// What of the data the representation shows.
bool showsCells(vtkSMProxy* representation)
{
  vtkSMPropertyHelper colour(representation, "ColorArrayName", /*quiet=*/true);
  return colour.GetNumberOfElements() > 0 && colour.GetInputArrayAssociation() == vtkDataObject::CELL;
}

struct Job
{
  QString file;
  std::function<void()> write;
};

std::vector<Job> exportJobs(vtkSMViewLayoutProxy* layout, const QString& folder)
{
  auto* manager = layout->GetSessionProxyManager();
  const QString layoutName = manager->GetProxyName("layouts", layout);
  std::vector<Job> jobs;
  QSet<pqOutputPort*> tables;
  for (auto* proxy : layout->GetViews())
  {
    const QString name = manager->GetProxyName("views", proxy);
    const auto picture = fileName(folder, layoutName, name, "png");
    const auto drawing = fileName(folder, layoutName, name, "svg");
    jobs.push_back({ picture, [=] { writePng(proxy, picture); } });
    jobs.push_back({ drawing, [=] { writeSvg(proxy, picture, drawing); } });
    auto* view = pqApplicationCore::instance()->getServerManagerModel()->findItem<pqView*>(proxy);
    for (auto* shown : view->getRepresentations())
    {
      auto* representation = qobject_cast<pqDataRepresentation*>(shown);
      auto* port = representation ? representation->getOutputPortFromInput() : nullptr;
      if (port && shown->isVisible() && !roleOf(shown->getProxy()).isEmpty() && !tables.contains(port))
      {
        tables.insert(port);
        const bool ofCells = showsCells(shown->getProxy());
        const auto table = fileName(folder, layoutName, port->getPortName(), "csv");
        jobs.push_back({ table, [=] { writeCsv(port, ofCells, table); } });
      }
    }
  }
  return jobs;
}
}

Exported exportViews(vtkSMViewLayoutProxy* layout, const QString& folder,
  const std::function<bool(const QStringList& files)>& mayReplace)
{
  SCOPED_UNDO_EXCLUDE();
  const auto jobs = exportJobs(layout, folder);
  QStringList there;
  for (const auto& job : jobs)
  {
    if (QFileInfo::exists(job.file))
    {
      there << job.file;
    }
  }
  Exported exported;
  if (!there.isEmpty() && !mayReplace(there))
  {
    return exported;
  }
  for (const auto& job : jobs)
  {
    // Writers do not all say whether they could: the file has to be there, and new.
    QFile::remove(job.file);
    job.write();
    (QFileInfo(job.file).size() > 0 ? exported.files : exported.missing) << job.file;
  }
  return exported;
}
}
