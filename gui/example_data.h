#pragma once

namespace flare::gui
{
// Opens the training cases of the shipped example as one series, and shows them. Says so where they are not
// to be found.
void openExample();
}
