#include "flare/communicator.h"

#include "flare/error.h"

namespace flare
{
namespace
{
class SerialCommunicator : public Communicator
{
public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(double*, std::int64_t) override {}
  void sum(float*, std::int64_t) override {}
  void sum(std::int64_t*, std::int64_t) override {}
  void max(double*, std::int64_t) override {}
  void max(float*, std::int64_t) override {}
  std::string broadcast(const std::string& text, int) override { return text; }
};
}

std::shared_ptr<Communicator> serialCommunicator()
{
  static const auto communicator = std::make_shared<SerialCommunicator>();
  return communicator;
}

void agree(Communicator& communicator, const std::string& message)
{
  // The lowest failing rank has the largest negated number; ranks without a failure offer less than all.
  double failed = message.empty() ? -static_cast<double>(communicator.size()) : -communicator.rank();
  communicator.max(&failed, 1);
  const int root = static_cast<int>(-failed);
  if (root == communicator.size())
  {
    return;
  }
  const auto text = communicator.broadcast(message, root);
  throw Error(communicator.size() > 1 ? "rank " + std::to_string(root) + ": " + text : text);
}
}
