import json
from pathlib import Path

import numpy as np
import pytest
import torch
from test_training import stop_at, weights

import train
from dvt import checkpoint
from dvt.errors import TrainingError
from dvt.geometry import Geometry, quarters
from dvt.grow import Seed, grow
from dvt.model import build, masked_softmax
from dvt.pruning import Distilled, drawn

GOLDEN = Path(__file__).resolve().parents[3] / "exporter/src/test/resources/golden/pruning"
SHAPE = dict(width=24, depth=4, heads=2, mlp_ratio=2)


def dropping(**more):
    torch.manual_seed(1)
    model = build(Geometry(32, (4,), classes=5, **{**SHAPE, "prune_at": (1, 3), "keep_rate": 0.7, **more})).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2) if parameter.ndim > 1 else None
    return model


@pytest.fixture
def start(arguments):
    """A plain ViT trained for a moment on the three colours."""
    args = arguments("--grids", "4", "--depth", "3", "--epochs", "12", "--mix", "0", "--operations", "0", output="start")
    train.complete_run(train.prepare(args), args)
    return f"{args.output}/model.pth.tar"


@pytest.fixture
def pruned(arguments, start):
    """A parser's answer for a DynamicViT from it; sizes are the start's."""

    def parse(*more, output="pruned"):
        args = arguments("--from", start, "--architecture", "dynamicvit", *more, output=output)
        args.grids = args.width = args.depth = args.heads = args.image_size = None
        return args

    return parse


@pytest.mark.skipif(not (GOLDEN / "index.json").exists(), reason="the exporter's golden files are not here")
@pytest.mark.parametrize("run", [0, 1, 2])
def test_the_authors_outputs_and_costs_are_reproduced(run):
    case = next(c for c in json.loads((GOLDEN / "index.json").read_text())["models"] if c["name"] == "dynamicvit-tiny")
    m, run = case["model"], case["runs"][run]
    geometry = Geometry(
        m["img_size"], (m["img_size"] // m["patch_size"],), m["embed_dim"], m["depth"], m["num_heads"], m["mlp_ratio"], m["num_classes"],
        prune_at=m["pruning_loc"], keep_rate=run["base_rate"],
    )  # fmt: skip
    assert geometry.kept == run["kept"]
    assert geometry.gflops() == [run["fvcore_flops"] / 1e9]
    model = build(geometry).eval()
    model.load_state_dict(checkpoint.weights_of(checkpoint.load(GOLDEN / case["checkpoint"]), "golden"))
    with torch.no_grad():
        logits = model(torch.from_numpy(np.load(GOLDEN / case["input"])))[0]
    assert np.abs(logits.numpy() - np.load(GOLDEN / run["logits"])).max() < run["tolerance"]["logits_abs"]


def test_with_every_token_kept_the_training_form_is_the_plain_vit():
    model, x = dropping(), torch.randn(3, 3, 32, 32)
    plain = build(Geometry(32, (4,), classes=5, **SHAPE)).eval()
    plain.load_state_dict(model.state_dict(), strict=False)
    logits, tokens, decisions = model.masked(x, lambda scores: torch.ones_like(scores[..., :1]))
    assert torch.allclose(logits, plain(x)[0], atol=1e-4)
    assert torch.allclose(tokens, plain.tokens(x), atol=1e-4)
    assert [tuple(left.shape) for left in decisions] == [(3, 16, 1)] * 2


def test_hiding_the_worst_tokens_answers_as_leaving_them_out():
    model, x, counts = dropping(), torch.randn(3, 3, 32, 32), iter((11, 7))
    hidden = [torch.zeros(3, 16, 1)]

    def best(scores):
        # a hidden token is never among the best
        odds = scores[..., :1] - (1e9 * hidden[-1] if len(hidden) > 1 else 0)
        kept = torch.zeros_like(odds).scatter(1, odds.topk(next(counts), 1).indices, 1.0)
        hidden.append(1 - kept)
        return kept

    logits, _, decisions = model.masked(x, best)
    assert [left.sum(1).flatten().tolist() for left in decisions] == [[11.0] * 3, [7.0] * 3]
    assert torch.allclose(logits, model(x)[0], atol=1e-4)


def test_a_hidden_token_is_looked_at_by_itself_alone():
    seen = torch.tensor([[1.0, 0.0, 1.0]])
    weights = masked_softmax(torch.randn(1, 2, 3, 3), seen)
    assert torch.allclose(weights.sum(-1), torch.ones(1, 2, 3), atol=1e-5)
    assert weights[..., 0, 1].max() < 1e-5 and weights[..., 2, 1].max() < 1e-5 and weights[..., 1, 1].min() > 1e-3


def test_a_decision_is_drawn_with_its_probability_and_lets_gradients_through():
    scores = torch.tensor([0.8, 0.2]).log().expand(1, 20_000, 2).clone().requires_grad_()
    decision = drawn(scores, torch.Generator().manual_seed(0))
    assert set(decision.detach().round(decimals=5).unique().tolist()) == {0.0, 1.0}
    assert abs(decision.mean().item() - 0.8) < 0.02
    decision.sum().backward()
    assert (scores.grad[..., 0] >= 0).all() and scores.grad[..., 0].sum() > 0
    assert torch.equal(drawn(scores, torch.Generator().manual_seed(0)), decision)


def test_what_it_is_trained_for_vanishes_at_its_goal():
    model = dropping(keep_rate=0.5)
    plain = build(Geometry(32, (4,), classes=5, **SHAPE))
    plain.load_state_dict(model.state_dict(), strict=False)
    for predictor in model.score_predictor:  # keeps everything, surely
        torch.nn.init.zeros_(predictor.out_conv[4].weight)
        predictor.out_conv[4].bias.data = torch.tensor([50.0, -50.0])
    x, targets, generator = torch.randn(2, 3, 32, 32), torch.eye(5)[:2], torch.Generator().manual_seed(0)
    _, ratio, answers, tokens = Distilled(plain, True)(model, x, targets, generator)
    assert answers < 1e-5 and tokens < 1e-5
    assert ratio.item() == pytest.approx(2 * ((1 - 0.5) ** 2 + (1 - 0.25) ** 2) / 2, abs=1e-5)
    assert Distilled(build(Geometry(32, (4,), classes=9, **SHAPE)), False)(model, x, targets, generator)[2] == 0


def test_it_learns_to_drop_and_to_answer(pruned):
    args = pruned("--keep-rate", "0.8", "--epochs", "20", "--mix", "0", "--rate", "0.001")
    trainer = train.prepare(args)
    assert train.complete_run(trainer, args) == 0
    first, last = trainer.history[0]["loss"], trainer.history[-1]["loss"]
    assert len(last) == 4 and last[1] < 0.5 * first[1] and sum(last) < sum(first)
    content = checkpoint.load(Path(args.output) / "model.pth.tar")
    assert content["anytime_classification"][0] > 60  # three classes: chance is a third
    assert {"score_predictor.0.in_conv.0.weight", "score_predictor.1.out_conv.4.bias"} <= set(content["model_state_dict"])
    model, facts = checkpoint.open_release(Path(args.output) / "model.pth.tar")
    assert model.geometry.kept == [12, 10, 8] and facts["geometry"]["prune_at"] == [0, 1, 2]
    assert trainer._accuracy(model)[0] == pytest.approx(content["anytime_classification"][0] / 100, abs=1e-4)


def test_it_goes_on_to_the_weights_of_an_uninterrupted_run(pruned):
    whole = train.prepare(pruned(output="whole"))
    assert whole.run()
    parts = 0
    while True:
        trainer = train.prepare(pruned(output="parts"))
        limit = trainer.step + 4
        one_step, trainer._step = trainer._step, lambda: stop_at(trainer, limit, one_step)
        parts += 1
        if trainer.run():
            break
    assert parts > 3 and torch.equal(weights(trainer), weights(whole))


def test_sizes_and_pictures_are_the_starts(pruned, start):
    args = pruned("--prune-at", "1", "2")
    trainer = train.prepare(args)
    g, told = trainer.model.geometry, Seed(start).told
    assert (g.image_size, g.grids, g.width, g.depth, g.heads, g.prune_at, g.keep_rate) == (16, (4,), 12, 3, 2, (1, 2), 0.7)
    assert (args.mean, args.crop, args.batch) == (told["mean"], told["crop"], 8)
    assert trainer.objective.answers
    command = train.export_command(Path(args.output) / "model.pth.tar", args)
    assert "--architecture dynamicvit --keep-rate 0.7 --drop-at 1,2 " in command


def test_answers_of_other_classes_are_not_learnt_from(pruned, folder):
    args = pruned()
    (folder / "train/red").rename(folder / "train/crimson")
    train.source_of.cache_clear(), train.pictures_of.cache_clear()
    assert not train.prepare(args).objective.answers


def test_it_starts_as_the_plain_vit_beside_new_predictors(start):
    model = build(Geometry(16, (4,), 12, 2, 2, 2, 3, prune_at=(1,), keep_rate=0.5))
    fresh = grow(model, Seed(start))
    assert fresh == {name for name, _ in model.named_parameters() if name.startswith("score_predictor.")}


def test_the_quarters_of_the_depth_drop_tokens():
    assert [quarters(depth) for depth in (12, 9, 4, 2, 1)] == [[3, 6, 9], [2, 4, 6], [1, 2, 3], [0, 1], [0]]


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(keep_rate=1.0), "keep rate: 1.0"), (dict(keep_rate=None), "keep rate: None"), (dict(keep_rate=0.1), "leaves .1, 0. of 16"),
        (dict(prune_at=(1, 4)), "from 0 to 3"), (dict(prune_at=(2, 1)), "ascending"), (dict(grids=(2, 4)), "one grid"), (dict(width=18), "multiple of 4"),
    ],
)  # fmt: skip
def test_impossible_pruning_is_refused(change, message):
    with pytest.raises(TrainingError, match=message):
        Geometry(**{**dict(image_size=32, grids=(4,), classes=5, prune_at=(1, 3), keep_rate=0.7), **SHAPE, **change})


def test_it_needs_a_plain_start(arguments, pruned):
    with pytest.raises(TrainingError, match="--from: not given"):
        train.prepare(arguments("--architecture", "dynamicvit"))
    with pytest.raises(TrainingError, match="only with --architecture dynamicvit"):
        train.prepare(arguments("--keep-rate", "0.5"))
    args = pruned("--epochs", "1")
    train.complete_run(train.prepare(args), args)
    with pytest.raises(TrainingError, match="family: a DynamicViT"):
        Seed(f"{args.output}/model.pth.tar")
