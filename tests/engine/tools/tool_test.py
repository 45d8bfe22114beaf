#!/usr/bin/env python3
"""The program `flare`, as its user meets it: every subcommand, and the mistakes that are easily made.

    tool_test.py FLARE_PROGRAM FIXTURES
"""
import csv
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

FLARE = sys.argv[1]
FIXTURES = pathlib.Path(sys.argv[2]) / "flare_py"
SMALL = ["--channels", 8, "--blocks", 1, "--latents", 4, "--device", "cpu"]


def field(name, components=1):
    return {"name": name, "components": components, "component_names": [], "unit": "", "averaged": False}


def write_data(path, cases=6, seed=0, change=None):
    """Fields on random points that follow from the coordinates, an array and a parameter."""
    random = np.random.default_rng(seed)
    tensors, descriptions = {}, []
    for i in range(cases):
        points = random.random((30 + 3 * i, 3))
        roughness = random.random((len(points), 1)).astype(np.float32)
        speed = 1.0 + i
        pressure = 1e5 + speed * np.sin(3 * points[:, :1]) + roughness
        velocity = np.stack([points[:, 1] * speed, points[:, 2] ** 2], 1).astype(np.float32)
        folder = f"{i:06d}/"
        tensors |= {folder + "points": points, folder + "inputs/0": roughness,
                    folder + "targets/0": pressure, folder + "targets/1": velocity}
        descriptions.append({"name": f"case {i}", "parameters": [speed], "time": 0.0})
    description = {"association": "points", "inputs": [field("roughness")],
                   "parameters": [{"name": "Speed", "unit": "m/s"}], "use_time": False,
                   "targets": [field("p"), field("U", 2)], "cases": descriptions}
    if change:
        change(tensors, description)
    save_file(tensors, path, metadata={"format": "paraflare-dataset", "version": "1",
                                       "dataset": json.dumps(description)})
    return path


class Tool(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.shared.name)
        cls.data = write_data(folder / "data.safetensors")
        cls.model = folder / "model.safetensors"
        cls.training = cls.run_program("train", cls.data, "-o", cls.model, "--epochs", 3, "--validation-fraction", 0.34, *SMALL)

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()

    def setUp(self):
        own = tempfile.TemporaryDirectory()
        self.addCleanup(own.cleanup)
        self.folder = pathlib.Path(own.name)

    @staticmethod
    def run_program(*arguments, code=0):
        done = subprocess.run([FLARE, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def fails(self, *arguments, says, code=1):
        done = subprocess.run([FLARE, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)
        if code == 1:
            self.assertTrue(done.stderr.startswith("flare: "), done.stderr)
            self.assertNotIn("unexpected failure", done.stderr)

    def test_help_of_everything(self):
        for command in [[], ["check"], ["train"], ["predict"], ["evaluate"], ["spectrum"], ["import"], ["info"]]:
            text = self.run_program(*command, "--help")
            self.assertIn("Usage:", text)
            for option in re.findall(r"^  (-[^ ]*)", text, re.M):
                self.assertRegex(text, re.escape(option) + r".*\s+\S", option)

    def test_usage_mistakes(self):
        for arguments, says in [([], "Subcommands:"), (["fly"], "fly"), (["train"], "required"),
                                (["train", self.data], "--output is required"), (["info"], "required"),
                                (["info", "a", "b"], "not expected"),
                                (["predict", "m", "d", "-o", "o", "--device", "abacus"],
                                 "'abacus' is none of auto, cpu, cuda"),
                                (["train", "d", "-o", "m", "--epochs", "0"], "'0' is no number above 0"),
                                (["spectrum", "m", "d", "--case", "-1"], "'-1' is no number from 0 on"),
                                (["latents", "m", "d", "--energy", "0"], "'0' is no number above 0 and at most 1"),
                                (["prune", "m", "d", "-o", "o", "--energy", "nan"], "'nan' is no number above 0 and at most 1"),
                                (["spectrum", "m", "d", "--all-cases", "--case", "1"], "--case"),
                                (["spectrum", "m", "d", "--quantile", "0.2"], "--all-cases"),
                                (["spectrum", "m", "--training", "--all-cases"], "--training"),
                                (["spectrum", "m", "--training", "--precise"], "--training"),
                                (["train", "d", "-o", "m", "--epochs", "5", "--time", "5"], "--time"),
                                (["train", "d", "-o", "m", "--resume", "--overwrite"], "--resume")]:
            done = subprocess.run([FLARE, *map(str, arguments)], capture_output=True, text=True, timeout=120)
            self.assertGreaterEqual(done.returncode, 100, arguments)  # CLI11's codes
            self.assertIn(says, done.stderr)

    def test_train_reports_every_epoch(self):
        lines = [line for line in self.training.splitlines() if line.startswith("epoch ")]
        self.assertEqual(len(lines), 3)
        for i, line in enumerate(lines):
            self.assertRegex(line, rf"^epoch {i + 1}/3  step {i + 1}/3  loss \S+  validation error \S+  .* left$")
        self.assertFalse((self.model.parent / "model.safetensors.checkpoint").exists())

    def test_info(self):
        text = self.run_program("info", self.model)
        self.assertIn("1 blocks, 8 channels, 1 heads, 4 latents", text)
        self.assertIn("x, y, z, roughness, Speed", text)
        described = json.loads(self.run_program("info", self.model, "--json"))
        self.assertEqual(described["architecture"]["num_latents"], 4)
        self.assertEqual(described["training"]["steps_done"], 3)
        self.assertTrue(described["training"]["completed"])
        self.assertEqual(len(described["training"]["history"]), 3)
        self.assertEqual([f["name"] for f in described["outputs"]["fields"]], ["p", "U"])

    def test_check(self):
        lines = self.run_program("check", self.data, *SMALL).splitlines()
        self.assertFalse([line for line in lines if line.startswith("error")], lines)
        self.assertIn("6 cases found: 5 to train on, 1 held out for validation", "\n".join(lines))
        self.assertRegex("\n".join(lines), r"(?m)^info +input roughness +on points; ")
        self.assertRegex("\n".join(lines), r"(?m)^info +parameter Speed +1 to 6 m/s; 6 values")
        self.assertRegex("\n".join(lines), r"(?m)^info +training time +3 min on CPU")
        self.assertRegex(self.run_program("check", self.data, "--epochs", 2, *SMALL), r"(?m)^info +training time +about .* for 2 epochs")

    def test_check_tells_what_is_wrong(self):
        def change(tensors, description):
            for i in range(len(description["cases"])):
                tensors[f"{i:06d}/targets/0"][:] = 101325.0
            tensors["000003/points"] *= 1000.0

        wrong = write_data(self.folder / "wrong.safetensors", change=change)
        done = subprocess.run([FLARE, "check", str(wrong)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^error +targets +the target 'p' is constant \(101325\).*\n +> Choose another")
        self.assertRegex(done.stdout, r"(?m)^warning +case 'case 3' +its mesh is about 1000 times as large.*\n +> Bring")
        self.assertTrue(done.stderr.startswith("flare: "), done.stderr)
        self.fails("check", self.folder / "missing", says="missing")
        self.fails("check", self.data, "--heads", 3, "--channels", 8, says="cannot be trained")

    def test_train_again(self):
        again = ["train", self.data, "-o", self.model, "--validation-fraction", 0.34, *SMALL]
        before = self.model.stat().st_mtime_ns
        self.assertIn("already", self.run_program(*again, "--epochs", 3))
        self.assertIn("already", self.run_program(*again, "--epochs", 3, "--resume"))
        self.fails(*again, "--epochs", 4, says=["is there already", "--overwrite"])
        self.fails(*again, "--epochs", 3, "--seed", 2, says=["is there already", "seed"])
        self.assertEqual(self.model.stat().st_mtime_ns, before)

    def test_train_overwrites_when_told(self):
        model = self.folder / "m"
        for seed in (1, 2):
            self.run_program("train", self.data, "-o", model, "--epochs", 1, "--seed", seed, "--overwrite", *SMALL)
        self.assertEqual(json.loads(self.run_program("info", model, "--json"))["training"]["seed"], 2)

    def test_interrupted_training_is_continued(self):
        model, straight = self.folder / "m", self.folder / "straight"
        command = ["train", self.data, "-o", model, "--epochs", 300, *SMALL]
        with subprocess.Popen([FLARE, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as running:
            while not running.stdout.readline().startswith("epoch 2/"):
                self.assertIsNone(running.poll())
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130)
        self.assertIn("--resume", errors)
        self.assertTrue((self.folder / "m.checkpoint").exists())
        self.assertFalse(model.exists())
        self.assertIn("stopped", self.run_program("info", self.folder / "m.checkpoint"))
        self.fails(*command, says=["was stopped", "--resume", "--overwrite"])
        self.fails(*command, "--seed", 7, "--resume", says="seed")
        self.assertIn("continuing", self.run_program(*command, "--resume"))
        self.assertFalse((self.folder / "m.checkpoint").exists())
        self.run_program("train", self.data, "-o", straight, "--epochs", 300, *SMALL)
        ours, theirs = load_file(model), load_file(straight)
        self.assertEqual(set(ours), set(theirs))
        for name, numbers in theirs.items():
            self.assertTrue(np.array_equal(ours[name], numbers), name)

    def test_predict(self):
        out = self.folder / "out.safetensors"
        self.assertIn("6 cases", self.run_program("predict", self.model, self.data, "-o", out))
        with safe_open(out, "numpy") as file, safe_open(self.data, "numpy") as data:
            description = json.loads(file.metadata()["dataset"])
            self.assertEqual([f["name"] for f in description["targets"]], ["p_predicted", "U_predicted"])
            for i in range(6):
                points = file.get_tensor(f"{i:06d}/points")
                self.assertTrue(np.array_equal(points, data.get_tensor(f"{i:06d}/points")))
                pressure = file.get_tensor(f"{i:06d}/targets/0")
                self.assertEqual(pressure.shape, (len(points), 1))
                self.assertEqual(file.get_tensor(f"{i:06d}/targets/1").shape, (len(points), 2))
                self.assertTrue(np.all(np.abs(pressure - 1e5) < 100))  # physical units

    def test_predict_finds_inputs_by_name(self):
        def change(tensors, description):
            del description["targets"]
            description["targets"] = []
            for i in range(len(description["cases"])):
                case = f"{i:06d}/"
                del tensors[case + "targets/0"], tensors[case + "targets/1"]
                tensors[case + "inputs/1"] = tensors[case + "inputs/0"]
                tensors[case + "inputs/0"] = np.zeros((len(tensors[case + "points"]), 3), np.int16)
                description["cases"][i]["parameters"].insert(0, 5.0)
            description["inputs"].insert(0, field("other", 3))
            description["parameters"].insert(0, {"name": "Angle", "unit": ""})

        other = write_data(self.folder / "other.safetensors", change=change)
        self.run_program("predict", self.model, self.data, "-o", self.folder / "a")
        self.run_program("predict", self.model, other, "-o", self.folder / "b")
        a, b = load_file(self.folder / "a"), load_file(self.folder / "b")
        for name, numbers in a.items():
            self.assertTrue(np.array_equal(b[name], numbers), name)

    def test_predict_warns_of_extrapolation(self):
        def change(tensors, description):
            description["cases"][0]["parameters"] = [1000.0]

        far = write_data(self.folder / "far.safetensors", change=change)
        done = subprocess.run([FLARE, "predict", self.model, far, "-o", self.folder / "out"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("'case 0' leaves what the training covered in 'Speed'", done.stderr)

    def test_evaluate(self):
        table = self.folder / "e.csv"
        text = self.run_program("evaluate", self.model, self.data, "--csv", table)
        self.assertRegex(text, r"(?m)^p  +\S+")
        self.assertRegex(text, r"(?m)^U  +\S+")
        with open(table, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 12)
        self.assertEqual({row["field"] for row in rows}, {"p", "U"})

        # The same figures from the predictions.
        self.run_program("predict", self.model, self.data, "-o", self.folder / "out")
        predicted, truth = load_file(self.folder / "out"), load_file(self.data)
        for row in rows:
            i, k = int(row["case"].split()[1]), ["p", "U"].index(row["field"])
            u, v = truth[f"{i:06d}/targets/{k}"].astype(float), predicted[f"{i:06d}/targets/{k}"]
            expected = np.linalg.norm(v - u) / np.linalg.norm(u)
            # 1e5 + O(1) in float32 has an ulp of 2^-7; both sides decode in double from the same float32 network.
            self.assertAlmostEqual(float(row["relative_l2"]), expected, delta=1e-6 * expected + 1e-9)

    def test_spectrum(self):
        table = self.folder / "s.csv"
        text = self.run_program("spectrum", self.model, self.data, "--case", 2, "--csv", table)
        self.assertIn("case 2, case 2: 36 points", text)
        with open(table, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(r["block"], r["head"], r["mode"]) for r in rows], [("0", "0", str(m)) for m in range(4)])
        values = [float(r["eigenvalue"]) for r in rows]
        self.assertAlmostEqual(values[0], 1.0, delta=1e-4)
        self.assertEqual(values, sorted(values, reverse=True))
        self.run_program("spectrum", self.model, self.data, "--block", 0, "--head", 0, "--precise")
        self.fails("spectrum", self.model, self.data, "--case", 6, says="there is no case 6")
        self.fails("spectrum", self.model, self.data, "--block", -2, says="-1 stands for all")
        self.assertEqual(self.run_program("spectrum", self.model, self.data, "--case", 2, "--block", -1, "--head", -1), text)
        self.fails("spectrum", self.model, self.data, "--block", 1, says="block")
        self.fails("spectrum", self.model, self.data, "--head", 1, says="head")

    def test_latents(self):
        said = self.run_program("latents", self.model, self.data, "--energy", 0.9, "--device", "cpu")
        self.assertIn("of 4 modes hold 90 % of the energy", said)
        grown, pruned = self.folder / "grown.safetensors", self.folder / "pruned.safetensors"
        self.assertIn("latents 8,", self.run_program("grow", self.model, "-o", grown))
        self.assertIn("8 latents", self.run_program("info", grown))
        before, after = self.folder / "before.safetensors", self.folder / "after.safetensors"
        for model, output in ((self.model, before), (grown, after)):
            self.run_program("predict", model, self.data, "-o", output, "--device", "cpu")
        for name, values in load_file(before).items():
            # Float32; the pressure is 1e5 with a scatter of a few.
            np.testing.assert_allclose(load_file(after)[name], values, rtol=1e-6, atol=1e-6)
        said = self.run_program("prune", grown, self.data, "--latents", 3, "-o", pruned, "--device", "cpu")
        self.assertIn("latents 3,", said)
        further = self.folder / "further.safetensors"
        self.run_program("train", self.data, "-o", further, "--start", pruned, "--epochs", 1, "--device", "cpu")
        self.assertIn("3 latents", self.run_program("info", further))
        self.assertIn("already", self.run_program(
            "train", self.data, "-o", further, "--start", pruned, "--epochs", 1, "--device", "cpu"))
        new = self.folder / "new.safetensors"
        self.fails("prune", grown, self.data, "--latents", 9, "-o", new, says="it can keep 1 to 8")
        self.fails("prune", grown, self.data, "--latents", "3,3", "-o", new, says="the model has 1")
        self.fails("grow", grown, "--blocks", 1, "-o", new, says="block 1 does not exist")
        self.fails("grow", grown, "-o", grown, says="Name another one")
        self.fails("grow", grown, "-o", further, says="--overwrite")
        self.fails("train", self.data, "-o", further, "--start", grown, "--epochs", 1, "--device", "cpu", says="start: the file has")

    def test_spectra_of_all_cases(self):
        singles = []
        for i in range(6):
            table = self.folder / "one.csv"
            self.run_program("spectrum", self.model, self.data, "--case", i, "--csv", table)
            with open(table, newline="") as file:
                singles.append([float(row["eigenvalue"]) for row in csv.DictReader(file)])
        singles = np.array(singles)
        table = self.folder / "all.csv"
        text = self.run_program("spectrum", self.model, self.data, "--all-cases", "--quantile", 0.25, "--csv", table)
        with open(table, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(r["block"], r["head"], r["mode"]) for r in rows], [("0", "0", str(m)) for m in range(4)])
        # The eigenvalues are below 1, and interpolating between two of them takes a few roundings.
        for name, fraction in [("smallest", 0), ("lower", 0.25), ("median", 0.5), ("upper", 0.75), ("largest", 1)]:
            np.testing.assert_allclose([float(r[name]) for r in rows], np.quantile(singles, fraction, axis=0), atol=1e-15)
        middle = np.median(singles, axis=0)
        departures = np.abs(singles - middle).sum(1) / middle.sum()
        lines = text.splitlines()
        self.assertEqual(lines[0], "6 cases; departure of their spectra from the medians, largest first")
        found = [re.fullmatch(r" *(\S+) +block 0 head 0  (\d), case (\d)", line) for line in lines[2:]]
        self.assertEqual(sorted(int(line[2]) for line in found), list(range(6)))
        for line in found:
            self.assertEqual(line[2], line[3])
            self.assertAlmostEqual(float(line[1]), departures[int(line[2])], delta=1e-3 * departures[int(line[2])])  # 4 digits
        printed = [float(line[1]) for line in found]
        self.assertEqual(printed, sorted(printed, reverse=True))
        many = write_data(self.folder / "many.safetensors", cases=12)
        lines = self.run_program("spectrum", self.model, many, "--all-cases", "--precise", "--head", 0).splitlines()
        self.assertEqual((len(lines), lines[-1].strip()), (2 + 10 + 1, "..."))
        self.fails("spectrum", self.model, self.data, "--all-cases", "--quantile", 0.6, says="0.6")
        self.fails("spectrum", self.model, self.data, "--all-cases", "--block", 1, says="block")

    def test_spectra_of_the_training(self):
        model, table = self.folder / "model.safetensors", self.folder / "training.csv"
        self.run_program("train", self.data, "-o", model, "--epochs", 3, "--spectra-every", 2, *SMALL)
        lines = self.run_program("spectrum", model, "--training", "--csv", table).splitlines()
        self.assertEqual([line.split()[:3] for line in lines[1:]], [[str(e), "0", "0"] for e in (0, 2, 3)])
        with open(table, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(r["epoch"], r["mode"]) for r in rows], [(str(e), str(m)) for e in (0, 2, 3) for m in range(4)])
        self.assertEqual(load_file(model)["training.spectra"].shape, (3, 1, 1, 4))
        self.fails("spectrum", model, "--training", "--head", 1, says="head 1 does not exist")
        self.fails("spectrum", model, "--training", "--block", 1, says="block 1 does not exist")
        self.fails("spectrum", self.model, "--training", says="--spectra-every")
        self.fails("spectrum", self.model, says="DATA is missing")
        self.fails("spectrum", self.model, self.data, "--training", says="leave DATA out")

    def test_import(self):
        model = self.folder / "m"
        flags = ["--inputs", "coordinates", "--targets", "u:2", "-o", model]
        self.run_program("import", FIXTURES / "model.pt", *flags)
        raw = FIXTURES / "snapshot" / "model.pt"
        self.run_program("import", raw, "--config", FIXTURES / "snapshot" / "config.yaml", *flags)
        first = load_file(model)
        self.run_program("import", raw, "--weights", "ema", *flags)
        self.assertFalse(np.array_equal(first["in_proj.fc1.weight"], load_file(model)["in_proj.fc1.weight"]))
        self.assertIn("Imported", self.run_program("info", model))

        norms = FIXTURES / "variant_norms" / "model.safetensors"
        flags = ["--targets", "p,U:2", "-o", model]
        self.run_program("import", norms, "--inputs", "coordinates,roughness", *flags)
        self.run_program("predict", model, self.data, "-o", self.folder / "out")
        self.run_program("evaluate", model, self.data)
        self.run_program("spectrum", model, self.data)
        self.run_program("import", norms, "--inputs", "coordinates", "--parameters", "Speed", *flags)
        self.run_program("predict", model, self.data, "-o", self.folder / "out")
        self.fails("import", norms, "--inputs", "coordinates", *flags, says=["has 4 input channels", "3 were named"])
        self.fails("import", norms, "--inputs", "roughness", *flags, says="the first must be 'coordinates'")
        self.fails("import", norms, "--inputs", "coordinates,a:x", *flags, says="'a:x' must be NAME or NAME:COMPONENTS")
        self.fails("import", norms, "--inputs", "coordinates,a:0", *flags, says="'a:0'")
        self.fails("import", norms, "--inputs", "coordinates,a", "--targets", "p,p", "-o", model, says="'p' is there twice")
        self.fails("import", norms, "--inputs", "coordinates,a", "--weights", "ema", *flags, says="not averaged ones")
        self.fails("import", self.folder / "none.pt", "--inputs", "coordinates", *flags, says="No such file")

    def test_files_that_do_not_fit(self):
        out = self.folder / "out"
        self.fails("info", self.folder / "none", says="No such file")
        self.fails("info", self.folder, says="is a folder")
        self.fails("info", self.data, says="it is a data set")
        self.fails("predict", self.model, self.model, "-o", out, says="it is a model")
        self.fails("predict", self.data, self.data, "-o", out, says="it is a data set")
        self.fails("predict", self.model, self.data, "-o", self.folder / "no" / "out", says="Make the folder first")
        self.fails("evaluate", self.model, self.data, "--csv", self.folder / "no" / "out", says="Make the folder first")
        self.fails("train", self.data, "-o", self.folder / "no" / "m", "--epochs", 1, *SMALL, says="Make the folder first")
        self.fails("predict", self.model, self.data, "-o", self.data, says="is the file that is read")
        self.fails("train", self.data, "-o", self.data, says="is the file that is read")
        for command in ("evaluate", "spectrum"):
            for file in (self.data, self.model):
                self.fails(command, self.model, self.data, "--csv", file, says="is the file that is read")
        other = self.folder / "other.safetensors"
        other.write_bytes(pathlib.Path(self.model).read_bytes())
        self.fails("predict", self.model, self.data, "-o", other, says="is no data set")
        self.assertEqual(other.read_bytes(), pathlib.Path(self.model).read_bytes())
        text = self.folder / "text"
        text.write_text("solid wing\n")
        self.fails("train", text, "-o", out, says="cannot be read as a safetensors file")
        self.assertFalse(out.exists())

    def test_data_that_does_not_fit(self):
        def without_array(tensors, description):
            description["inputs"] = [field("smoothness")]

        def without_parameter(tensors, description):
            description["parameters"][0]["name"] = "Angle"

        def on_cells(tensors, description):
            description["association"] = "cells"

        def with_nan(tensors, description):
            tensors["000003/targets/1"][7, 1] = np.nan

        out = self.folder / "out"
        for change, says in [(without_array, ["'roughness'", "smoothness"]), (without_parameter, ["'Speed'", "Angle"]),
                             (on_cells, ["points", "cells"]),
                             (with_nan, ["'case 3'", "'U'", "NaN", "index 7, component 1"])]:
            data = write_data(self.folder / "changed.safetensors", change=change)
            self.fails("predict", self.model, data, "-o", out, says=says)
        self.assertFalse(out.exists())

    def test_training_mistakes(self):
        train = ["train", self.data, "-o", self.folder / "m", "--epochs", 1]
        self.fails(*train, *SMALL, "--heads", 3, says="must divide")
        self.fails(*train, *SMALL, "--recipe", "Slow", says="Slow")
        one = write_data(self.folder / "one.safetensors", cases=1)
        self.run_program("train", one, "-o", self.folder / "m", "--epochs", 1, "--validation-fraction", 0, *SMALL)
        none = write_data(self.folder / "none.safetensors", cases=0)
        self.fails("train", none, "-o", self.folder / "n", "--epochs", 1, *SMALL, says="case")
        self.assertFalse((self.folder / "n").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
