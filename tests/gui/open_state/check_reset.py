from window_test import *

let_run(2.0)
assert not GetSources()
assert any(name.startswith("ema.") for name in tensors(remembered()["checkpoint"]))
remember(written=os.stat(remembered()["checkpoint"]).st_mtime_ns)
let_run(1.0)
assert os.stat(remembered()["checkpoint"]).st_mtime_ns == remembered()["written"], "the training goes on"
screenshot("reset")
passed("check_reset")
