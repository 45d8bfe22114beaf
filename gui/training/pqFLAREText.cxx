#include "training/pqFLAREText.h"

#include <QTextOption>
#include <QWheelEvent>

#include <cmath>

pqFLAREText::pqFLAREText(QWidget* parent)
  : QTextEdit(parent)
{
  this->setReadOnly(true);
  this->setFrameShape(QFrame::NoFrame);
  this->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  this->setTabChangesFocus(true);
  this->setTextInteractionFlags(Qt::TextSelectableByMouse);
  this->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  this->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  this->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  this->setFocusPolicy(Qt::ClickFocus);
  this->document()->setDocumentMargin(0);
  this->viewport()->setAutoFillBackground(false); // it stands on the panel, not in a field
}

void pqFLAREText::show(const QString& text, const QString& sign)
{
  const auto html = sign + text.toHtmlEscaped().replace('\n', "<br/>");
  if (html != this->Shown)
  {
    this->Shown = html;
    this->setHtml(html);
    this->fit();
  }
}

void pqFLAREText::fit()
{
  this->document()->setTextWidth(this->viewport()->width());
  this->setFixedHeight(static_cast<int>(std::ceil(this->document()->size().height())));
}

void pqFLAREText::resizeEvent(QResizeEvent* event)
{
  QTextEdit::resizeEvent(event);
  this->fit();
}

// All of it is to be seen, and the panel around it scrolls.
void pqFLAREText::wheelEvent(QWheelEvent* event)
{
  event->ignore();
}
