from window_test import *

cases = XMLUnstructuredGridReader(registrationName="plates", FileName=own_cases(8))
held_out = {}
for index in (1, 4, 6):
    cases.UpdatePipeline(index)
    held_out[index] = case_of(cases)
train = small_training(cases, ValidationCases=list(held_out))
wait_until(lambda: len(told(train, "TrainingHistory")) > 0)
wait_for_state(train, "training")
remember(held_out=held_out)
passed("start")
