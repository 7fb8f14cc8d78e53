import json
from pathlib import Path

import numpy as np
import pytest
import torch

from dvt.checkpoint import load, weights_of
from dvt.errors import TrainingError
from dvt.geometry import Geometry, patch_of
from dvt.model import Attention, build
from dvt.reuse import Upsample, upsampling

GOLDEN = Path(__file__).resolve().parents[3] / "exporter/src/test/resources/golden/dvt"


@pytest.mark.skipif(not (GOLDEN / "index.json").exists(), reason="the exporter's golden files are not here")
def test_the_authors_outputs_are_reproduced():
    case = next(c for c in json.loads((GOLDEN / "index.json").read_text())["cases"] if c["name"] == "dvt-deit-both")
    arch, tolerance = case["arch"], case["tolerance"]
    geometry = Geometry(224, (7, 10, 14), arch["embed_dim"], arch["depth"], arch["num_heads"], arch["mlp_ratio"], arch["num_classes"], True, True)
    model = build(geometry).eval()
    file = GOLDEN / case["checkpoint"]["file"]
    model.load_state_dict(weights_of(load(file), file))
    with torch.no_grad():
        traces = model.trace(torch.from_numpy(np.load(GOLDEN / case["input"])))
    for name, path in case["expected"].items():
        kind, stage = name[:-1], int(name[-1])
        got = traces[stage - 1][("logits", "tokens", "relations").index(kind)].numpy()
        expected = np.load(GOLDEN / path)
        allowed = tolerance["relations_exit2"] if name == "relations2" else tolerance[kind]
        assert np.abs(got[: len(expected)] - expected).max() <= allowed, name
    assert geometry.gflops() == pytest.approx(case["gflops_cumulative_fvcore"])


def test_costs_are_the_papers():
    assert Geometry(224, (7, 10, 14), 384, 12, 6, 4, 1000, True, True).gflops() == pytest.approx([1.1453, 3.6563, 8.8438], abs=1e-4)
    assert Geometry(224, (14,), 192, 12, 3, 4, 1000).gflops() == pytest.approx([1.258], abs=1e-3)


def test_an_early_exit_of_adaptive_depth_costs_its_share_of_the_blocks():
    shallow, deep = Geometry(32, (8,), 12, 4, 2, 2, 3, exit_layers=(2,)).gflops()
    plain = Geometry(32, (8,), 12, 4, 2, 2, 3).gflops()[0]
    assert shallow == pytest.approx(Geometry(32, (8,), 12, 2, 2, 2, 3).gflops()[0])
    assert plain < deep < 1.1 * plain


@pytest.mark.parametrize("size, grid, expected", [(224, 7, (32, 0)), (224, 10, (23, 3)), (224, 14, (16, 0)), (32, 4, (8, 0)), (32, 16, (2, 0)), (32, 5, (8, 4))])
def test_patches_cover_the_picture(size, grid, expected):
    patch, padding = patch_of(size, grid)
    assert (patch, padding) == expected
    assert (size + 2 * padding - patch) // patch + 1 == grid


@pytest.mark.parametrize("reuse", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("grids", [(2, 4), (2, 3, 4), (1, 2, 3, 4)])
def test_every_exit_answers_with_any_reuse(grids, reuse):
    model = build(Geometry(16, grids, 12, 2, 2, 2, 3, *reuse))
    logits = model(torch.zeros(5, 3, 16, 16))
    assert [tuple(exit_logits.shape) for exit_logits in logits] == [(5, 3)] * len(grids)
    names = {name.split(".blocks")[0] for name in model.state_dict() if ".blocks.0.attn.qkv.weight" in name}
    expected = {2: {"less_less_token", "normal_token"}, 3: {"less_less_token", "less_token", "normal_token"}}
    assert names == expected.get(len(grids), {f"stages.{n}" for n in range(1, len(grids) + 1)})


def test_a_single_grid_is_a_plain_vit_without_prefix():
    model = build(Geometry(16, (4,), 12, 2, 2, 2, 3, True, True))
    assert {"cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.1.mlp.fc2.bias", "head.weight"} <= set(model.state_dict())
    assert not any("reuse" in name or "resuse" in name for name in model.state_dict())


def test_adaptive_depth_answers_after_each_exit_layer():
    model = build(Geometry(16, (4,), 12, 4, 2, 2, 3, exit_layers=(1, 3)))
    assert [tuple(logits.shape) for logits in model(torch.zeros(2, 3, 16, 16))] == [(2, 3)] * 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("tokens", [17, 65, 257])
def test_fused_attention_on_a_gpu_has_the_gradients_of_the_written_out_one(tokens):
    torch.manual_seed(0)
    attention, found = Attention(192, 3).cuda(), []
    x, relations = torch.randn(4, tokens, 192, device="cuda"), torch.randn(4, 3, tokens, tokens, device="cuda")
    for keep in (False, True):
        given = [x.clone().requires_grad_(), relations.clone().requires_grad_()]
        with torch.autocast("cuda", torch.bfloat16):
            out, _ = attention(*given, keep=keep)
        out.float().square().sum().backward()
        found.append([out.float(), *(g.grad for g in given)])
    for fused, written in zip(*found):
        assert (fused - written).norm() < 2e-2 * written.norm()


def test_upsampling_averages_what_it_resized():
    rows = upsampling(7, 10)
    assert torch.allclose(rows.sum(1), torch.ones(10))
    assert rows[2].tolist() == pytest.approx([0, 2 / 3, 1 / 3, 0, 0, 0, 0])
    assert upsampling(2, 4).tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_relations_are_upsampled_on_both_sides_and_the_class_token_stays():
    carried = Upsample(2, 4)
    logits = torch.randn(1, 3, 5, 5)
    p = carried.with_class
    assert torch.allclose(carried.relations(logits), p @ logits @ p.t(), atol=1e-6)
    assert torch.equal(carried.relations(logits)[..., 0, 0], logits[..., 0, 0])
    assert torch.equal(carried.context(torch.ones(1, 5, 48))[:, 0], torch.zeros(1, 48))


@pytest.mark.parametrize("change", [dict(grids=(4, 2)), dict(grids=()), dict(heads=5), dict(grids=(2, 4), exit_layers=(1,)), dict(grids=(9,), image_size=12)])
def test_an_impossible_geometry_is_refused(change):
    with pytest.raises(TrainingError, match="expected"):
        Geometry(**{**dict(image_size=16, grids=(4,), width=12, depth=2, heads=2, mlp_ratio=2, classes=3), **change})
