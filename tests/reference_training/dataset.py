"""Cases on meshes of different sizes, their normalisation, and the order in which training visits them."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    name: str
    inputs: np.ndarray  # [N, channels]: 3 coordinates, input arrays, parameters repeated at every point
    targets: np.ndarray  # [N, channels]: the components of all target fields


@dataclass(frozen=True)
class DataSet:
    cases: list
    fields: list  # (name, components) of every target field, in the order of the target channels

    def field_slices(self):
        ends = np.cumsum([components for _, components in self.fields])
        return [slice(end - components, end) for end, (_, components) in zip(ends, self.fields)]


@dataclass(frozen=True)
class Normalisation:
    """normalised = (physical - mean) / scale, per channel.

    A constant input channel has scale 1. A constant target channel has scale 0: it comes out as its
    mean, whatever the network says; its normalised values are the physical ones less the mean.
    """

    input_mean: np.ndarray
    input_scale: np.ndarray
    target_mean: np.ndarray
    target_scale: np.ndarray

    @staticmethod
    def fit(cases):
        """Statistics over all points of the given cases; the coordinates share one scale."""
        inputs = np.concatenate([c.inputs for c in cases])
        targets = np.concatenate([c.targets for c in cases])
        input_scale = deviations(inputs)
        input_scale[:3] = np.sqrt(np.mean(input_scale[:3] ** 2))
        input_scale[input_scale == 0] = 1.0
        return Normalisation(inputs.mean(axis=0), input_scale, targets.mean(axis=0), deviations(targets))

    def normalise_inputs(self, values):
        return (values - self.input_mean) / self.input_scale

    def normalise_targets(self, values):
        return (values - self.target_mean) / np.where(self.target_scale > 0, self.target_scale, 1.0)


def deviations(values):
    """Population standard deviation per channel; 0 for a channel that is constant."""
    deviation = values.std(axis=0)
    is_constant = deviation <= 1e-12 * np.abs(values).max(axis=0)
    return np.where(is_constant, 0.0, deviation)


def field_norms(data, indices):
    """|u|_2 of every target field of the given cases, over points and components [cases, fields]."""
    return np.array(
        [[np.linalg.norm(data.cases[i].targets[:, s]) for s in data.field_slices()] for i in indices]
    )


def norm_floors(norms):
    """The least denominator of a relative error, per field: 1e-3 of the median norm, 1 where that is 0."""
    floors = 1e-3 * np.median(norms, axis=0)
    return np.where(floors > 0, floors, 1.0)


class MersenneTwister64:
    """The generator std::mt19937_64 (Matsumoto and Nishimura, 64-bit version of 2004)."""

    SIZE, MIDDLE = 312, 156
    LOW, HIGH = 0x7FFFFFFF, 0xFFFFFFFF80000000

    def __init__(self, seed):
        self.state = [seed & 0xFFFFFFFFFFFFFFFF]
        for i in range(1, self.SIZE):
            previous = self.state[-1]
            mixed = 6364136223846793005 * (previous ^ (previous >> 62)) + i
            self.state.append(mixed & 0xFFFFFFFFFFFFFFFF)
        self.position = self.SIZE

    def twist(self):
        for i in range(self.SIZE):
            joined = (self.state[i] & self.HIGH) | (self.state[(i + 1) % self.SIZE] & self.LOW)
            twisted = (joined >> 1) ^ (0xB5026F5AA96619E9 if joined & 1 else 0)
            self.state[i] = self.state[(i + self.MIDDLE) % self.SIZE] ^ twisted
        self.position = 0

    def next(self):
        if self.position == self.SIZE:
            self.twist()
        x = self.state[self.position]
        self.position += 1
        x ^= (x >> 29) & 0x5555555555555555
        x ^= (x << 17) & 0x71D67FFFEDA60000
        x ^= (x << 37) & 0xFFF7EEE000000000
        return x ^ (x >> 43)


def split_cases(cases, fraction, seed):
    """Indices of the validation cases: the first of a shuffle."""
    order, generator = list(range(cases)), MersenneTwister64(seed)
    for i in range(cases - 1, 0, -1):
        j = generator.next() % (i + 1)
        order[i], order[j] = order[j], order[i]
    held = min(max(math.floor(fraction * cases + 0.5), 1), cases - 1)
    return sorted(order[:held])


def batches(training, batch_size, seed):
    """Endless batches of case indices: every epoch visits the sorted training cases in a fresh shuffle."""
    generator = MersenneTwister64(seed)
    while True:
        order = sorted(training)
        for i in range(len(order) - 1, 0, -1):
            j = generator.next() % (i + 1)
            order[i], order[j] = order[j], order[i]
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]
