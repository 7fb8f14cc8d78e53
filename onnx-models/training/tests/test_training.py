import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import train
import zoo
from dvt import checkpoint
from dvt.errors import TrainingError
from dvt.progress import Progress

ROOT = Path(__file__).resolve().parents[1]


def weights(trainer):
    return torch.cat([p.detach().flatten() for p in trainer.average.copy.parameters()])


def test_a_short_run_lowers_the_loss_and_learns(arguments):
    args = arguments("--epochs", "12", "--mix", "0", "--operations", "0")
    trainer = train.prepare(args)
    assert train.complete_run(trainer, args) == 0
    losses = [sum(epoch["loss"]) for epoch in trainer.history]
    assert losses[-1] < 0.8 * losses[0]
    assert trainer.history[-1]["held_out"][-1] > 0.6  # three classes: chance is a third


@pytest.mark.parametrize("kind", [[], ["--grids", "4", "--exit-layers", "1"], ["--reuse", "none"], ["--optimizer", "adamw"]])
def test_a_run_that_goes_on_ends_with_the_weights_of_an_uninterrupted_one(arguments, kind):
    whole = train.prepare(arguments(*kind, output="whole"))
    assert whole.run()
    parts = 0
    while True:
        trainer = train.prepare(arguments(*kind, output="parts"))
        limit = trainer.step + 4  # in the middle of an epoch of six steps
        one_step, trainer._step = trainer._step, lambda: stop_at(trainer, limit, one_step)
        parts += 1
        if trainer.run():
            break
    assert parts > 3 and trainer.step == whole.step
    assert torch.equal(weights(trainer), weights(whole))


def stop_at(trainer, limit, one_step):
    trainer.stopping = trainer.step + 1 >= limit
    return one_step()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_the_state(arguments, number):
    before = signal.getsignal(number)
    args = arguments("--epochs", "100000")
    trainer = train.prepare(args)
    threading.Timer(1.0, os.kill, (os.getpid(), number)).start()
    assert train.complete_run(trainer, args) == 130
    assert signal.getsignal(number) == before
    again = train.prepare(args)
    assert again.step == trainer.step > 0
    assert torch.equal(weights(again), weights(trainer))


def test_a_release_has_the_official_layout_and_says_how_it_was_made(arguments):
    args = arguments("--seed", "7")
    trainer = train.prepare(args)
    train.complete_run(trainer, args)
    content = checkpoint.load(Path(args.output) / "model.pth.tar")
    assert set(content) == {"model_state_dict", "flops", "anytime_classification", "args"}
    assert len(content["anytime_classification"]) == len(content["flops"]) == 2
    assert all(value.dtype == torch.float16 for value in content["model_state_dict"].values())
    facts = content["args"]
    assert (facts["seed"], facts["epochs_done"], facts["trained_on"], facts["classes"]) == (7, 3.0, "CPU", ["blue", "green", "red"])
    assert facts["data"] == ["data"] and "output" not in facts
    model, _ = checkpoint.open_release(Path(args.output) / "model.pth.tar")
    assert trainer._accuracy(model) == pytest.approx([a / 100 for a in content["anytime_classification"]], abs=1e-4)


def test_held_out_pictures_are_never_trained_on(arguments):
    trainer = train.prepare(arguments())
    assert len(trainer.train) == 48 and len(trainer.holdout) == 12
    assert not set(trainer.train.names) & set(trainer.holdout.names)


def test_a_teacher_softens_the_targets(arguments):
    args = arguments(output="teacher")
    train.complete_run(train.prepare(args), args)
    pupil = train.prepare(arguments("--teacher", f"{args.output}/model.pth.tar", "--teacher-weight", "1", output="pupil"))
    x, targets = torch.randn(2, 3, 16, 16), torch.eye(3)[:2]
    expected = pupil.teacher[0](x)[-1].softmax(-1)
    assert torch.allclose(pupil._taught(x, targets), expected)


def test_another_length_of_run_does_not_go_on_from_this_state(arguments):
    train.prepare(arguments()).save()
    with pytest.raises(TrainingError, match="epochs 3 .expected: epochs 4"):
        train.prepare(arguments("--epochs", "4"))


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_good_state(arguments):
    trainer = train.prepare(arguments())
    trainer.save()
    good = trainer.state_file.read_bytes()
    with torch.no_grad():
        trainer.model.normal_token.head.weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="expected: finite"):
        trainer.run()
    assert trainer.state_file.read_bytes() == good


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full disk")
def test_a_full_disk_is_a_clear_error_and_leaves_the_file_from_before(tmp_path, monkeypatch):
    checkpoint.save({"step": 1}, tmp_path / "last.pt")
    (tmp_path / "last.pt.part").symlink_to("/dev/full")
    with pytest.raises(TrainingError, match="room on the disk.*from before is whole"):
        checkpoint.save({"weights": torch.zeros(100_000)}, tmp_path / "last.pt")
    assert checkpoint.load(tmp_path / "last.pt") == {"step": 1}


def test_an_output_that_cannot_be_written_is_noticed_before_the_training(arguments, tmp_path):
    (tmp_path / "file").write_text("no folder")
    args = arguments(output="file/run")
    trainer = train.prepare(args)
    with pytest.raises(TrainingError, match="--output: .*file/run.*expected: a writable folder"):
        train.complete_run(trainer, args)
    assert trainer.step == 0


@pytest.mark.parametrize("option", [["--epochs", "-1"], ["--batch", "-1"], ["--rate", "nan"], ["--minutes", "inf"], ["--width", "wide"]])
def test_numbers_that_make_no_sense_are_refused(arguments, option, capsys):
    with pytest.raises(SystemExit) as stop:
        arguments(*option)
    assert stop.value.code == 2 and f"argument {option[0]}" in capsys.readouterr().err


def test_trained_models_are_put_together_without_training(arguments):
    parts = []
    for grid in ("2", "4"):
        args = arguments("--grids", grid, "--epochs", "1", output=f"plain-{grid}")
        train.complete_run(train.prepare(args), args)
        parts.append(f"{args.output}/model.pth.tar")
    args = arguments("--from", *parts, "--grids", "2", "4", "--image-size", "16", "--reuse", "none", "--epochs", "0", output="together")
    train.complete_run(train.prepare(args), args)
    together, facts = checkpoint.open_release(f"{args.output}/model.pth.tar")
    assert (facts["epochs_done"], facts["start"]) == (0.0, ["model.pth.tar", "model.pth.tar"])
    for stage, part in zip(together.parts(), parts, strict=True):
        for mine, theirs in zip(stage.parameters(), checkpoint.open_release(part)[0].parameters(), strict=True):
            assert torch.equal(mine, theirs)
    for extra in (["--reuse", "both"], ["--from", *parts, "--grids", "2", "4", "--image-size", "16", "--reuse", "features"]):
        with pytest.raises(TrainingError, match="--epochs: 0, with .* untrained tensors, e.g. "):
            train.prepare(arguments(*extra, "--epochs", "0", output="refused"))


def test_a_device_that_is_not_there_is_a_clear_error(arguments):
    with pytest.raises(TrainingError, match="--device: meteor"):
        train.prepare(arguments("--device", "meteor"))


def test_a_class_whose_pictures_are_all_held_out_is_named(arguments, folder):
    for number in range(1, 20):
        (folder / f"train/red/{number:02}.png").unlink()
    (folder / "held.txt").write_text("train/red/00.png\ntrain/blue/00.png\n")
    with pytest.raises(TrainingError, match="class red: every picture is held out"):
        train.prepare(arguments("--holdout", str(folder / "held.txt")))


def test_one_class_is_not_enough(arguments, folder):
    for label in ("red", "green"):
        (folder / "train" / label).rename(folder / f".{label}")
    with pytest.raises(TrainingError, match="1 class, blue .expected: at least 2"):
        train.prepare(arguments())


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Harmful:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    for number, zipped in enumerate((True, False)):
        torch.save({"model": Harmful()}, tmp_path / f"{number}.pt", _use_new_zipfile_serialization=zipped)
        with pytest.raises(TrainingError, match="names .*mkdir"):
            checkpoint.load(tmp_path / f"{number}.pt")
    assert not (tmp_path / "made").exists()


def test_the_commands_go_from_a_folder_to_records(folder, tmp_path):
    def run(*command):
        done = subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    options = "--image-size 16 --grids 2 4 --width 12 --depth 2 --heads 2 --batch 8 --epochs 1 --device cpu".split()
    said = run("train.py", "--data", folder, "--output", tmp_path / "out", *options)
    assert "held-out accuracy" in said and "ETA" in said
    said = run("evaluate.py", tmp_path / "out/model.pth.tar", "--data", folder, "--split", "train", "--records", tmp_path / "r.npz")
    assert "exit 2" in said
    records = np.load(tmp_path / "r.npz")
    assert records["logits"].shape == (2, 60, 3) and records["names"][0] == "blue/00.png"


def test_an_error_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train.py", "--data", str(tmp_path / "nowhere"), "--output", str(tmp_path / "out")])
    assert train.main() == 2
    said = capsys.readouterr().err
    assert said.startswith("train: data: ") and said.count("\n") == 1


@pytest.mark.parametrize("name", zoo.ZOOS)
def test_every_models_arguments_are_known_and_its_held_out_list_is_there(name):
    for model in zoo.ZOOS[name]:
        args = zoo.arguments_of(name, model, Path("runs"), ["--data", "pictures.tar", "--epochs", "1"])
        assert args.grids or args.architecture == "dynamicvit"
        assert len(Path(args.holdout).read_text().split()) in (1400, 5000)


def test_a_zoo_trains_every_model_alike_and_goes_on_where_it_stopped(arguments, monkeypatch, tmp_path, capsys):
    tiny = "--holdout 12 --image-size 16 --width 12 --depth 2 --heads 2 --batch 8 --device cpu --no-bfloat16 --no-compile"
    monkeypatch.setitem(zoo.ZOOS, "cifar10", {"cascade": ["--grids", "2", "4"], "plain": ["--grids", "4"], "tuned": zoo.DYNAMIC})
    monkeypatch.setitem(zoo.STARTS, "cifar10", {"tuned": ("plain", 0.25)})
    command = ["zoo.py", "cifar10", "--data", *arguments().data, *tiny.split(), "--output"]

    def run(folder, *length):
        monkeypatch.setattr(sys, "argv", [*command, str(tmp_path / folder), *length])
        return zoo.main()

    assert run("fixed", "--epochs", "8", "--stop-after", "0.00001") == train.UNFINISHED
    assert run("fixed", "--epochs", "8") == 0
    assert run("measured", "--minutes", "0.02") == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in rows[:3]] == [["cascade", "8.0"], ["plain", "8.0"], ["tuned", "2.0"]] and "GFLOPs" in rows[0]
    assert rows[3].split()[1] == rows[4].split()[1]
    assert run("measured", "--minutes", "1", "--only", "tuned") == 0  # as planned
    assert run("alone", "--minutes", "1", "--only", "tuned") == 2
    assert "tuned without plain" in capsys.readouterr().err


def test_a_zoo_adds_its_finest_grid_last(arguments, monkeypatch, tmp_path, capsys):
    tiny = "--holdout 12 --image-size 16 --width 12 --depth 2 --heads 2 --batch 8 --device cpu --no-bfloat16 --no-compile"
    monkeypatch.setitem(zoo.ZOOS, "cifar10", {"coarse": ["--grids", "1", "2"], "cascade": ["--grids", "1", "2", "4"]})
    monkeypatch.setitem(zoo.STARTS, "cifar10", {"cascade": ("coarse", 0.5)})
    monkeypatch.setattr(sys, "argv", ["zoo.py", "cifar10", "--data", *arguments().data, *tiny.split(), "--output", str(tmp_path), "--minutes", "0.02"])
    assert zoo.main() == 0
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    planned = json.loads((tmp_path / "plan.json").read_text())["epochs"]
    assert [row[0] for row in rows] == ["coarse", "cascade"] and rows[0][1] == f"{planned:.1f}"
    assert float(rows[1][1]) == pytest.approx(planned / 2, abs=0.2)


def test_a_zoo_trains_models_side_by_side_and_a_tuned_one_after_its_baseline(arguments, tmp_path):
    tiny = "--holdout 12 --image-size 16 --grids 4 --width 12 --depth 2 --heads 2 --batch 8 --device cpu --no-bfloat16 --no-compile"
    names = ["dynamicvit-cifar10", "deit-cifar10", "deit-cifar10-8x8"]
    options = ["--data", *arguments().data, *tiny.split(), "--output", str(tmp_path / "zoo"), "--epochs", "4", "--side-by-side", "2"]
    done = subprocess.run([sys.executable, "zoo.py", "cifar10", "--only", *names, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [row.split()[:2] for row in done.stdout.splitlines()] == [["dynamicvit-cifar10", "1.0"], ["deit-cifar10", "4.0"], ["deit-cifar10-8x8", "4.0"]]
    assert "deit-cifar10: epoch" not in done.stderr and "deit-cifar10: [####" in done.stderr and "deit-cifar10-8x8: [####" in done.stderr


def test_the_progress_line_says_share_rate_and_time_left(capsys):
    bar = Progress(sys.stdout, clock=lambda: 0.0)
    bar.show(0.25, 1234.4, 3725, "epoch 1.00")
    assert capsys.readouterr().out == "[#####...............]  25.0%     1234 pictures/s  ETA 1:02:05  epoch 1.00\n"


def test_a_finished_run_leaves_what_the_next_commands_need(arguments):
    args = arguments("--epochs", "1", "--holdout", "6")
    trainer = train.prepare(args)
    assert train.complete_run(trainer, args) == 0
    folder = Path(args.output)
    labels = (folder / "labels.txt").read_text().splitlines()
    assert labels == sorted(labels) and len(labels) == trainer.model.geometry.classes
    held = (folder / "held-out.txt").read_text().splitlines()
    assert len(held) == 6 and all(name.split("/")[1] in labels for name in held)
    command = train.export_command(folder / "model.pth.tar", args).split()
    assert command[command.index("--heads") + 1] == str(args.heads)
    assert command[command.index("--mean") + 1].count(",") == 2
