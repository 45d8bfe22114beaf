from window_test import *

let_run(2.0)
assert not [s for s in GetSources().values() if s.GetXMLName() == "FLARETrain"]
checkpoint = remembered()["checkpoint"]
assert any(name.startswith("ema.") for name in tensors(checkpoint))
written = os.stat(checkpoint).st_mtime_ns
let_run(1.0)
assert os.stat(checkpoint).st_mtime_ns == written, "the training goes on"
screenshot("gone")
passed("check_gone")
