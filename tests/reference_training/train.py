"""Trains a FLARE network in plain PyTorch: the yardstick of the engine's trainer.

    train.py DATA --recipe-json RECIPE --weights INITIAL.safetensors --steps 20 --losses OUT.json

DATA is a data set file (docs/files.md; export_plates.py makes one of the example plates). The output
holds the loss of every step and the errors of the averaged weights, with all digits.
"""

import argparse
import copy
import itertools
import json
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from dataset import Normalisation, batches, field_norms, norm_floors, split_cases
from dataset_file import read_data_set
from flare_model import Architecture, FlareModel, encode, initialise
from optimizers import AveragedWeights, make_optimizers
from recipe import Recipe


class Training:
    """One run: data on their way into the network, the network, its optimisers and its average."""

    def __init__(
        self,
        data,
        recipe,
        seed,
        validation=(),
        total_steps=None,
        dtype=torch.float64,
        weights=None,
        device="cpu",
    ):
        self.data, self.recipe, self.validation = data, recipe, sorted(validation)
        self.dtype, self.device = dtype, device
        self.training = [i for i in range(len(data.cases)) if i not in set(validation)]
        steps_per_epoch = -(-len(self.training) // recipe.batch_size)
        self.total_steps = total_steps or recipe.epochs * steps_per_epoch
        self.order = batches(self.training, recipe.batch_size, seed)

        self.normalisation = Normalisation.fit([data.cases[i] for i in self.training])
        self.scale = torch.from_numpy(self.normalisation.target_scale).to(device, dtype)
        norms = field_norms(data, range(len(data.cases)))
        self.floors = norm_floors(norms[self.training])
        self.denominators = np.maximum(norms, self.floors)
        self.prepared = [self.prepare(case) for case in data.cases]

        self.model = self.make_model(seed, weights).to(device, dtype)
        self.optimizers = make_optimizers(self.model, recipe, self.total_steps)
        self.average = AveragedWeights(self.model, recipe.ema_decay, recipe.ema_warmup)

    def prepare(self, case):
        """Normalised input and target channels of a case; normalised in double."""
        n, encoding = self.normalisation, self.recipe.encoding
        inputs = torch.from_numpy(n.normalise_inputs(case.inputs))
        targets = torch.from_numpy(n.normalise_targets(case.targets))
        inputs = encode(inputs.to(self.device, self.dtype), encoding.octaves, encoding.base_frequency)
        return inputs, targets.to(self.device, self.dtype)

    def make_model(self, seed, weights):
        r = self.recipe
        inputs, targets = self.prepared[0]
        model = FlareModel(
            Architecture(
                inputs.shape[1],
                targets.shape[1],
                channels=r.channels,
                blocks=r.blocks,
                heads=r.heads,
                latents=r.latents,
            )
        )
        if weights is None:
            initialise(model, torch.Generator().manual_seed(seed))
        else:
            model.to(weights["in_proj.fc1.weight"].dtype).load_state_dict(weights)
        return model

    def relative_errors(self, model, index):
        """|u' - u|_2 / |u|_2 of every target field of a case [fields]."""
        return self.errors_of(model, *self.prepared[index], self.denominators[index])

    def errors_of(self, model, inputs, targets, denominators):
        difference = torch.where(self.scale > 0, self.scale * (model(inputs) - targets), -targets)
        norms = torch.stack([torch.linalg.norm(difference[:, s]) for s in self.data.field_slices()])
        return norms / torch.from_numpy(denominators).to(self.device, self.dtype)

    def step(self):
        """One optimiser step. Returns the batch's loss."""
        batch = next(self.order)
        for optimizer, _ in self.optimizers:
            optimizer.zero_grad()
        loss = torch.stack([self.relative_errors(self.model, i).mean() for i in batch]).mean()
        loss.backward()
        if self.recipe.gradient_clip > 0:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.gradient_clip)
        for optimizer, schedule in self.optimizers:
            optimizer.step()
            schedule.step()
        self.average.update(self.model)
        return loss.item()

    @torch.no_grad()
    def errors(self, indices):
        """Mean relative error per field of the averaged weights over cases."""
        model = self.averaged_model()
        return torch.stack([self.relative_errors(model, i) for i in indices]).mean(dim=0).tolist()

    @torch.no_grad()
    def test_errors(self, data):
        """The same over the cases of another data set."""
        model = self.averaged_model()
        denominators = np.maximum(field_norms(data, range(len(data.cases))), self.floors)
        errors = [self.errors_of(model, *self.prepare(c), d) for c, d in zip(data.cases, denominators)]
        return torch.stack(errors).mean(dim=0).tolist()

    def averaged_model(self):
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.average.weights)
        return model

    def mean_errors(self, indices):
        """The same errors when the training mean is predicted."""
        mean = self.normalisation.target_mean
        differences = [self.data.cases[i].targets - mean for i in indices]
        norms = [[np.linalg.norm(d[:, s]) for s in self.data.field_slices()] for d in differences]
        return (np.array(norms) / self.denominators[indices]).mean(axis=0).tolist()


def shuffle_points(data, seed):
    """The same cases with their points in another order: the same training but for rounding."""
    generator = np.random.default_rng(seed)
    cases = []
    for case in data.cases:
        order = generator.permutation(len(case.inputs))
        cases.append(type(case)(case.name, case.inputs[order], case.targets[order]))
    return type(data)(cases, data.fields)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument(
        "--recipe-json", help="a JSON object of the recipe's fields; missing ones: defaults"
    )
    parser.add_argument("--weights", help="initial weights (safetensors); else drawn from the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, help="steps to make (all of the schedule's)")
    parser.add_argument("--total-steps", type=int, help="length of the schedule (the recipe's epochs)")
    parser.add_argument("--validation", default="", help="indices of validation cases: 3,17,20")
    parser.add_argument("--validation-fraction", type=float, help="instead, the engine's split by the seed")
    parser.add_argument("--test", help="a data set file whose errors are added to the output")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--precision", choices=["float64", "float32"], default="float64")
    parser.add_argument("--point-order", type=int, help="seed of another order of every case's points")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--losses", help="JSON output: losses, errors, seconds")
    parser.add_argument("--save", help="write the averaged weights (safetensors)")
    return parser.parse_args()


def main():
    options = parse_arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    data = read_data_set(options.data)
    if options.point_order is not None:
        data = shuffle_points(data, options.point_order)
    validation = [int(i) for i in options.validation.split(",") if i]
    if options.validation_fraction:
        validation = split_cases(len(data.cases), options.validation_fraction, options.seed)
    training = Training(
        data,
        Recipe.load(options.recipe_json) if options.recipe_json else Recipe(),
        options.seed,
        validation=validation,
        total_steps=options.total_steps,
        dtype=getattr(torch, options.precision),
        weights=load_file(options.weights) if options.weights else None,
        device=options.device,
    )
    start = time.perf_counter()
    losses = [training.step() for _ in itertools.repeat(None, options.steps or training.total_steps)]
    seconds = time.perf_counter() - start
    judged = training.validation or training.training
    report = {
        "losses": losses,
        "errors": training.errors(judged),
        "meanErrors": training.mean_errors(judged),
        "fields": [name for name, _ in data.fields],
        "seconds": seconds,
    }
    if options.test:
        report["testErrors"] = training.test_errors(read_data_set(options.test))
    # json writes the shortest text that gives back the same double.
    text = json.dumps(report)
    if options.losses:
        Path(options.losses).write_text(text)
    else:
        print(text)
    if options.save:
        save_file({name: w.cpu().contiguous() for name, w in training.average.weights.items()}, options.save)


if __name__ == "__main__":
    main()
