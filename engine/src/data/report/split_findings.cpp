#include "data/report/findings.h"
#include "data/report/words.h"

namespace flare::report
{
void findInSplit(const DataSet& data, const Summary& summary, Entries& entries)
{
  if (data.size() == 1)
  {
    addWarning(entries, "cases",
      "there is only one case: the model will know no other, and its error cannot be measured on a case that "
      "it has not seen",
      "Read more cases");
    return;
  }
  if (summary.split.validation.empty())
  {
    addWarning(entries, "validation",
      "no case is held out: how wrong the model is on cases that it has not seen will not be known",
      "Hold a tenth of the cases out (ValidationFraction 0.1)");
  }
}
}
