#pragma once

namespace flare::gui
{
// Renders the visible views that show something out of date.
void renderViews();
}
