from urllib.parse import urlparse

from window_test import *

where = urlparse(os.environ["FLARE_TEST_SERVER"])
Connect(where.hostname, where.port)
cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
train = small_training(cases, epochs=60)
wait_until(lambda: len(told(train, "TrainingHistory")) > 0)
passed("start")
