from window_test import *

# The model is another one, which holds no spectra of its training, while an epoch is chosen.
spectrum = FindSource("spectrum")
spectrum.Epoch = 2
spectrum.ModelFile = os.path.join(os.path.dirname(os.environ["FLARE_TEST_MODEL"]), "without_spectra.safetensors")
passed("check_other_model")
