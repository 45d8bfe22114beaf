#include "pqFLAREMissingModels.h"

#include "pqApplicationCore.h"
#include "pqCoreUtilities.h"
#include "pqFileDialog.h"
#include "pqFileDialogModel.h"
#include "pqOutputPort.h"
#include "pqPipelineSource.h"
#include "pqRepresentation.h"
#include "pqServer.h"
#include "pqServerManagerModel.h"
#include "pqUndoStack.h"
#include "vtkPVXMLElement.h"
#include "vtkSMPropertyHelper.h"
#include "vtkSMProxy.h"
#include "vtkSMProxyLocator.h"
#include "vtkSMSessionProxyManager.h"
#include "vtkSMTrace.h"

#include <QMessageBox>
#include <QPushButton>
#include <QStringList>

namespace
{
QString modelFile(vtkSMProxy* proxy)
{
  const bool ours = QString(proxy->GetXMLName()).startsWith("FLARE") && proxy->GetProperty("ModelFile");
  const auto file =
    ours ? QString::fromUtf8(vtkSMPropertyHelper(proxy, "ModelFile").GetAsString()) : QString();
  // Where none is named, a training that was allowed to train once has left its model where it does so
  // itself.
  const bool keeps = ours && vtkSMPropertyHelper(proxy, "KeepsModel", /*quiet=*/true).GetAsInt() == 1;
  if (!file.isEmpty() || !keeps)
  {
    return file;
  }
  proxy->UpdatePropertyInformation(proxy->GetProperty("ModelFileInUse"));
  return QString::fromUtf8(vtkSMPropertyHelper(proxy, "ModelFileInUse").GetAsString());
}

bool lacksModel(vtkSMProxy* proxy, pqServer* server)
{
  const auto file = modelFile(proxy);
  if (file.isEmpty())
  {
    return false;
  }
  pqFileDialogModel files(server);
  QString path;
  // What a training that was broken off has left can be read, too.
  const bool trains = QString(proxy->GetXMLName()) == "FLARETrain";
  return !files.fileExists(file, path) && !(trains && files.fileExists(file + ".checkpoint", path));
}

// Itself, or what it gets its data from.
bool dependsOnMissingModel(vtkSMProxy* proxy, pqServer* server)
{
  const vtkSMPropertyHelper inputs(proxy, "Input", /*quiet=*/true);
  for (unsigned int i = 0; i < inputs.GetNumberOfElements(); ++i)
  {
    if (inputs.GetAsProxy(i) && dependsOnMissingModel(inputs.GetAsProxy(i), server))
    {
      return true;
    }
  }
  return lacksModel(proxy, server);
}

// Whether anything asks for its result. A training that was never begun has no model to miss.
bool isUsed(pqPipelineSource* source)
{
  bool used = false;
  for (auto* port : source->getOutputPorts())
  {
    used = used || port->getNumberOfConsumers() > 0 || !port->getViews().isEmpty();
  }
  return used;
}

QString chosenFile(pqServer* server, const QString& title)
{
  pqFileDialog dialog(server, pqCoreUtilities::mainWidget(), title, QString(),
    pqFLAREMissingModels::tr("FLARE models (*.safetensors);;All files (*)"));
  dialog.setObjectName("FLARELocateModel");
  dialog.setFileMode(pqFileDialog::ExistingFile);
  return dialog.exec() == QDialog::Accepted ? dialog.getSelectedFiles().value(0) : QString();
}

void setVisible(pqRepresentation* representation, int visible)
{
  SCOPED_UNDO_EXCLUDE();
  vtkSMPropertyHelper(representation->getProxy(), "Visibility").Set(visible);
  representation->getProxy()->UpdateVTKObjects();
}
}

pqFLAREMissingModels::pqFLAREMissingModels(QObject* parent)
  : QObject(parent)
{
  auto* core = pqApplicationCore::instance();
  QObject::connect(core->getServerManagerModel(), &pqServerManagerModel::representationAdded, this,
    &pqFLAREMissingModels::onRepresentationAdded);
  QObject::connect(core, &pqApplicationCore::stateLoaded, this, [this] { this->onStateLoaded(); });
}

pqFLAREMissingModels::~pqFLAREMissingModels() = default;

void pqFLAREMissingModels::onRepresentationAdded(pqRepresentation* representation)
{
  auto* proxy = representation->getProxy();
  if (proxy->GetSessionProxyManager()->GetInLoadXMLState() && proxy->GetProperty("Visibility") &&
      representation->isVisible() && dependsOnMissingModel(proxy, representation->getServer()))
  {
    setVisible(representation, 0);
    this->Hidden.append(representation);
  }
}

void pqFLAREMissingModels::onStateLoaded()
{
  Users users;
  for (auto* source : pqApplicationCore::instance()->getServerManagerModel()->findItems<pqPipelineSource*>())
  {
    if (isUsed(source) && lacksModel(source->getProxy(), source->getServer()))
    {
      users[modelFile(source->getProxy())].append(source);
    }
  }
  for (auto file = users.begin(); file != users.end(); ++file)
  {
    this->ask(file.key(), file.value());
  }
  for (const auto& representation : this->Hidden)
  {
    if (representation)
    {
      setVisible(representation, 1);
      representation->renderViewEventually();
    }
  }
  this->Hidden.clear();
}

void pqFLAREMissingModels::ask(const QString& file, const QList<pqPipelineSource*>& users)
{
  QStringList names;
  for (auto* user : users)
  {
    names.append(user->getSMName());
  }
  QMessageBox question(QMessageBox::Question, tr("FLARE"), tr("The model file %1 is not there.").arg(file),
    QMessageBox::NoButton, pqCoreUtilities::mainWidget());
  question.setObjectName("FLAREMissingModel");
  question.setTextFormat(Qt::PlainText);
  question.setInformativeText(
    tr("The state names it for %1. It can be chosen later, too, under Model File.").arg(names.join(", ")));
  auto* locate = question.addButton(tr("Locate..."), QMessageBox::AcceptRole);
  locate->setObjectName("Locate");
  question.addButton(tr("Leave it"), QMessageBox::RejectRole)->setObjectName("Leave");
  question.setDefaultButton(locate);
  question.exec();
  const auto found = question.clickedButton() == locate
                       ? chosenFile(users.front()->getServer(), tr("Locate the model %1").arg(file))
                       : QString();
  if (found.isEmpty())
  {
    return;
  }
  SCOPED_UNDO_EXCLUDE();
  for (auto* user : users)
  {
    SM_SCOPED_TRACE(PropertiesModified).arg("proxy", user->getProxy());
    vtkSMPropertyHelper(user->getProxy(), "ModelFile").Set(found.toUtf8().constData());
    user->getProxy()->UpdateVTKObjects();
  }
}
