from window_test import *

cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(6))
train = small_training(cases)
remember(checkpoint=wait_for_checkpoint(train))
wait_for_state(train, "training")
passed("start")
