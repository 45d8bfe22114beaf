"""Checks the network against the results of the published code in tests/fixtures/flare_py."""

import json
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file

from flare_model import Architecture, FlareModel

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "flare_py"


def architecture(config):
    return Architecture(
        inputs=config["in_dim"],
        outputs=config["out_dim"],
        channels=config["channel_dim"],
        blocks=config["num_blocks"],
        heads=config["num_heads"] or config["channel_dim"] // 8,
        latents=config["num_latents"],
        attentionScale=config["attn_scale"],
        activation="Silu" if config["act"] == "silu" else "Gelu",
        norm="Rms" if config["rmsnorm"] else "Layer",
        queryKeyNorm=config["qk_norm"],
        outputNorm=config["out_proj_norm"],
        keyLayers=config["num_layers_k_proj"],
        valueLayers=config["num_layers_v_proj"],
        feedForwardLayers=config["num_layers_ffn"],
        inOutLayers=config["num_layers_in_out_proj"],
        keyRatio=config["k_proj_mlp_ratio"],
        valueRatio=config["v_proj_mlp_ratio"],
        feedForwardRatio=config["ffn_mlp_ratio"],
    )


def distance(a, b):
    return (torch.linalg.norm(a - b) / torch.linalg.norm(b)).item()


class PublishedResults(unittest.TestCase):
    def check(self, folder):
        model = FlareModel(architecture(json.loads((folder / "config.json").read_text()))).double()
        model.load_state_dict(load_file(folder / "model.safetensors"))
        expected = load_file(folder / "expected.safetensors")
        output = model(expected["x"][0].double())
        (output**2).mean().backward()
        # Double precision throughout: sums of at most a few hundred terms over a few dozen layers.
        self.assertLessEqual(distance(output, expected["y64"][0]), 1e-12)
        for name, parameter in model.named_parameters():
            self.assertLessEqual(distance(parameter.grad, expected["grad." + name]), 1e-11, name)

    def test_defaults(self):
        self.check(FIXTURES)

    def test_norms(self):
        self.check(FIXTURES / "variant_norms")

    def test_ratios(self):
        self.check(FIXTURES / "variant_ratios")

    def test_linear(self):
        self.check(FIXTURES / "variant_linear")


if __name__ == "__main__":
    unittest.main()
