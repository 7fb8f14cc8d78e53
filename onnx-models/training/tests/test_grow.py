import pytest
import torch

from dvt.checkpoint import save
from dvt.errors import TrainingError
from dvt.geometry import Geometry
from dvt.grow import Seed, grow, resize_kernel, resize_positions
from dvt.model import build

SHAPE = dict(width=24, depth=2, heads=2, mlp_ratio=2)


@pytest.fixture
def start(tmp_path):
    torch.manual_seed(3)
    plain = build(Geometry(32, (4,), classes=5, **SHAPE)).eval()
    for parameter in plain.parameters():
        torch.nn.init.normal_(parameter, std=0.2) if parameter.ndim > 1 else None
    save({"model": plain.state_dict()}, tmp_path / "start.pth")
    return plain, tmp_path / "start.pth"


def test_a_plain_model_grown_from_a_vit_is_that_vit(start):
    plain, file = start
    model = build(Geometry(32, (4,), classes=5, **SHAPE))
    assert grow(model, Seed(file)) == set()
    x = torch.randn(2, 3, 32, 32)
    assert torch.equal(model(x)[0], plain(x)[0])


def test_the_last_exit_of_a_cascade_starts_as_that_vit_where_the_context_is_silent(start):
    plain, file = start
    model = build(Geometry(32, (2, 4), classes=5, features=True, relations=True, **SHAPE))
    fresh = grow(model, Seed(file))
    assert fresh == {name for name, _ in model.named_parameters() if "reuse" in name or "resuse" in name}
    x, block = torch.randn(2, 3, 32, 32), model.normal_token.blocks[0]
    centred = torch.randn(7, 24)
    centred = centred - centred.mean(1, keepdim=True)
    silent = torch.cat([centred, torch.zeros(7, 48)], 1)
    assert torch.allclose(block.mlp(block.norm2(silent)), plain.blocks[0].mlp(plain.blocks[0].norm2(centred)), atol=1e-4)
    for exit_logits in (model(x)[-1], plain(x)[0]):
        assert torch.isfinite(exit_logits).all()


def test_relations_start_without_effect(start):
    _, file = start
    alone, reusing = (build(Geometry(32, (2, 4), classes=5, relations=on, **SHAPE)) for on in (False, True))
    for model in (alone, reusing):
        grow(model, Seed(file))
    x = torch.randn(2, 3, 32, 32)
    assert torch.allclose(alone(x)[1], reusing(x)[1], atol=1e-5)


def test_a_flat_patch_embeds_alike_at_any_patch_size():
    kernel = torch.randn(4, 3, 16, 16)
    for side in (32, 23):
        assert torch.allclose(resize_kernel(kernel, side).sum((2, 3)), kernel.sum((2, 3)), atol=0.05 * kernel.sum((2, 3)).abs().max().item() + 1.5)
    flat = torch.ones(4, 3, 16, 16)
    for side in (23, 8, 2):
        assert torch.allclose(resize_kernel(flat, side).sum((2, 3)), flat.sum((2, 3)), rtol=1e-4)


@pytest.mark.parametrize("side", [8, 4, 2])
def test_a_small_patch_embeds_about_as_its_enlarged_self(side):
    generator = torch.Generator().manual_seed(side)
    kernel = torch.randn(64, 3, 16, 16, generator=generator)
    small = torch.randn(50, 3, side, side, generator=generator)
    large = torch.nn.functional.interpolate(small, (16, 16), mode="bicubic", align_corners=False)
    wanted = torch.einsum("bchw,dchw->bd", large, kernel)
    got = torch.einsum("bchw,dchw->bd", small, resize_kernel(kernel, side))
    assert torch.corrcoef(torch.stack([wanted.flatten(), got.flatten()]))[0, 1] > 0.95


def test_positions_keep_the_class_row_and_a_constant_field():
    positions = torch.cat([torch.full((1, 1, 4), 9.0), torch.ones(1, 16, 4)], 1)
    grown = resize_positions(positions, 7)
    assert grown.shape == (1, 50, 4) and torch.equal(grown[:, 0], positions[:, 0]) and torch.allclose(grown[:, 1:], torch.ones(1))


@pytest.mark.parametrize("grids", [(4,), (2, 4)])
def test_a_grown_model_may_have_fewer_blocks_than_its_start(start, grids):
    plain, file = start
    model = build(Geometry(32, grids, classes=5, **{**SHAPE, "depth": 1}))
    assert grow(model, Seed(file)) == set()
    for stage in model.parts():
        assert len(stage.blocks) == 1
        assert torch.equal(stage.blocks[0].attn.qkv.weight, plain.blocks[0].attn.qkv.weight)
        assert torch.equal(stage.norm.weight, plain.norm.weight)


@pytest.mark.parametrize("change, message", [(dict(width=32), "width 24"), (dict(depth=3), "depth 2 .expected: at least 3"), (dict(mlp_ratio=3), "mlp hidden width 48")])
def test_a_start_of_another_shape_is_refused(start, change, message):
    with pytest.raises(TrainingError, match=message):
        grow(build(Geometry(32, (4,), classes=5, **{**SHAPE, **change})), Seed(start[1]))


@pytest.mark.parametrize("grids, features, relations", [((2, 4), True, True), ((1, 2, 4), True, False), ((1, 2, 4, 8), False, False)])
def test_a_cascade_goes_on_as_it_was(tmp_path, grids, features, relations):
    torch.manual_seed(4)
    before, after = (build(Geometry(32, grids, classes=5, features=features, relations=relations, **SHAPE)).eval() for _ in range(2))
    for parameter in before.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    save({"model_state_dict": before.state_dict()}, tmp_path / "cascade.pth.tar")
    seed = Seed(tmp_path / "cascade.pth.tar")
    assert (seed.grids, seed.reuse, seed.pictures()["image_size"]) == (list(grids), before.geometry.reuse, 32)
    assert grow(after, seed) == set()
    x = torch.randn(2, 3, 32, 32)
    for mine, theirs in zip(after(x), before(x)):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("reuse", [True, False])
def test_a_cascade_gets_a_finer_stage_that_begins_as_its_last(tmp_path, reuse):
    torch.manual_seed(5)
    shape = dict(classes=5, features=reuse, relations=reuse, **SHAPE)
    before, after = build(Geometry(32, (2, 4), **shape)).eval(), build(Geometry(32, (2, 4, 8), **shape)).eval()
    for parameter in before.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    save({"model_state_dict": before.state_dict()}, tmp_path / "cascade.pth.tar")
    assert grow(after, Seed(tmp_path / "cascade.pth.tar")) == set()
    x = torch.randn(2, 3, 32, 32)
    for mine, theirs in zip(after(x), before(x)):
        assert torch.equal(mine, theirs)
    last, added = before.parts()[-1].state_dict(), after.parts()[-1].state_dict()
    assert {name for name in last if not torch.equal(last[name], added[name])} == {"patch_embed.proj.weight", "pos_embed"}


@pytest.mark.parametrize("grids, kept", [((1, 4), (0, 2)), ((1, 8), (0, 2)), ((1, 2, 8), (0, 1, 2)), ((1,), (0,))])
def test_a_cascade_goes_on_with_some_of_its_stages(tmp_path, grids, kept):
    torch.manual_seed(6)
    shape = dict(classes=5, features=True, relations=True, **SHAPE)
    before, after = build(Geometry(32, (1, 2, 4), **shape)), build(Geometry(32, grids, **shape))
    save({"model_state_dict": before.state_dict()}, tmp_path / "cascade.pth.tar")
    assert grow(after, Seed(tmp_path / "cascade.pth.tar")) == set()
    for stage, number in zip(after.parts(), kept, strict=True):
        source, mine = before.parts()[number].state_dict(), stage.state_dict()
        resized = {"patch_embed.proj.weight", "pos_embed"} if stage.state_dict()["pos_embed"].shape != source["pos_embed"].shape else set()
        assert {name for name in source if not torch.equal(source[name], mine[name])} == resized


def test_every_stage_may_have_a_start_of_its_own(tmp_path, start):
    plain, file = start
    torch.manual_seed(7)
    reusing = dict(classes=5, features=True, relations=True, **SHAPE)
    cascade, model = build(Geometry(32, (2, 4), **reusing)), build(Geometry(32, (2, 4), **reusing))
    save({"model_state_dict": cascade.state_dict()}, tmp_path / "cascade.pth.tar")
    fresh = grow(model, Seed(tmp_path / "cascade.pth.tar"), Seed(file))
    assert fresh == {name for name, _ in model.named_parameters() if "reuse" in name or "resuse" in name}
    for mine, theirs in zip(model.less_less_token.parameters(), cascade.less_less_token.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert torch.equal(model.normal_token.blocks[0].attn.qkv.weight, plain.blocks[0].attn.qkv.weight)
    assert torch.equal(model.normal_token.pos_embed, plain.pos_embed)
    assert grow(model, Seed(file), Seed(tmp_path / "cascade.pth.tar")) == set()
    assert torch.equal(model.less_less_token.blocks[0].attn.qkv.weight, plain.blocks[0].attn.qkv.weight)
    for name, theirs in cascade.normal_token.state_dict().items():
        assert torch.equal(model.normal_token.state_dict()[name], theirs)


def test_as_many_starts_as_stages_or_one(start):
    with pytest.raises(TrainingError, match="--from: 2 files .expected: one, or one for each of the 3 stages"):
        grow(build(Geometry(32, (1, 2, 4), classes=5, **SHAPE)), Seed(start[1]), Seed(start[1]))


def test_a_cascade_goes_on_with_other_classes(tmp_path):
    shape = dict(features=True, relations=True, **SHAPE)
    save({"model_state_dict": build(Geometry(32, (2, 4), classes=5, **shape)).state_dict()}, tmp_path / "cascade.pth.tar")
    fresh = grow(build(Geometry(32, (2, 4), classes=3, **shape)), Seed(tmp_path / "cascade.pth.tar"))
    assert fresh == {f"{stage}.head.{part}" for stage in ("less_less_token", "normal_token") for part in ("weight", "bias")}


@pytest.mark.parametrize("grids, features, message", [((2, 3), True, "--grids: .2, 3. .expected: 2, then any others of the start's .2, 4., then finer ones"), ((4, 8), True, "grids"), ((2, 4), False, "reuse both of a cascade .expected: relations"), ((4,), True, "grids")])
def test_a_cascade_of_another_form_is_refused(tmp_path, grids, features, message):
    save({"model_state_dict": build(Geometry(32, (2, 4), classes=5, features=True, relations=True, **SHAPE)).state_dict()}, tmp_path / "cascade.pth.tar")
    with pytest.raises(TrainingError, match=message):
        grow(build(Geometry(32, grids, classes=5, features=features, relations=True, **SHAPE)), Seed(tmp_path / "cascade.pth.tar"))


def test_a_start_of_this_recipe_tells_its_heads(start, tmp_path):
    plain, file = start
    told = {"geometry": plain.geometry.to_dict()}
    save({"model_state_dict": plain.state_dict(), "args": told}, tmp_path / "model.pth.tar")
    seed = Seed(tmp_path / "model.pth.tar")
    assert seed.shape()["heads"] == 2
    with pytest.raises(TrainingError, match="heads 2 .expected: 3"):
        grow(build(Geometry(32, (4,), classes=5, **{**SHAPE, "heads": 3})), seed)
    assert Seed(file).shape()["heads"] == 1  # width 24 / 64, at least one


@pytest.mark.parametrize("names, message", [(["tokens_to_token.project.weight"], "T2T-ViT"), (["less_token.tokens_to_token.project.weight"], "T2T-ViT"), (["normal_token.cls_token"], "no pos_embed"), (["score_predictor.0.in_conv.0.weight"], "a DynamicViT"), (["fc.weight"], "no cls_token")])
def test_a_start_of_another_family_is_refused(tmp_path, names, message):
    save({"state_dict": {name: torch.zeros(2) for name in names}}, tmp_path / "other.pth")
    with pytest.raises(TrainingError, match=message):
        Seed(tmp_path / "other.pth")
