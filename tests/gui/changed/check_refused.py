from window_test import *

train = FindSource("train")
wait_until(lambda: told(train, "TrainingState") in ("idle", "failed"))
let_run(1.0)
screenshot("refused")
assert train.Seed == 7
assert any(name.startswith("ema.") for name in tensors(remembered()["checkpoint"])), "the checkpoint stays"
passed("check_refused")
