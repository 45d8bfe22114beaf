#pragma once

#include "server/data_report.h"

namespace flare::gui
{
// What the input of a FLARETrain is as it stands, before all of its cases are read: points, cells, arrays,
// parameters, and how many cases there seem to be. Executes nothing.
QVector<ReportEntry> currentCase(vtkSMProxy* train);
}
