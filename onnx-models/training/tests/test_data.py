import io
import tarfile

import pytest
import torch
from conftest import COLOURS, picture
from PIL import Image

from dvt import holdout
from dvt.augment import Augment, Recipe, mix
from dvt.data import Source, fit
from dvt.errors import TrainingError

NAMES = [f"{label}/{number:03}.png" for label, count in (("a", 60), ("b", 30), ("c", 11)) for number in range(count)]


def test_the_holdout_is_stratified():
    drawn = holdout.stratified(NAMES, 20)
    assert len(drawn) == len(set(drawn)) == 20
    assert [sum(name.startswith(label) for name in drawn) for label in "abc"] == [12, 6, 2]


def test_the_holdout_depends_on_names_and_seed_alone():
    assert holdout.stratified(NAMES[::-1], 20) == holdout.stratified(NAMES, 20)
    assert holdout.stratified(NAMES, 20, seed=1) != holdout.stratified(NAMES, 20)
    # pinned: another draw would mix training and held-out pictures of models trained before
    assert holdout.stratified(NAMES, 4) == ["a/001.png", "a/057.png", "b/022.png", "c/002.png"]


def test_the_crc_rule_takes_the_smallest_checksums():
    assert holdout.smallest_crc(["sea/1.jpg", "sea/2.jpg", "sea/3.jpg"], 2) == ["sea/2.jpg", "sea/3.jpg"]


def test_a_list_is_read_back_as_it_was_written(tmp_path):
    holdout.write(NAMES[:5], tmp_path / "list.txt")
    assert holdout.read(tmp_path / "list.txt") == set(NAMES[:5])
    assert (tmp_path / "list.txt").read_text().startswith("train/a/000.png\n")


def test_a_folder_and_a_tar_give_the_same_pictures(folder, tmp_path):
    with tarfile.open(tmp_path / "data.tar.gz", "w:gz") as tar:
        tar.add(folder / "train", "train")
    for paths in ([folder], [folder / "train"], [tmp_path / "data.tar.gz"]):
        source = Source(paths)
        assert source.classes == sorted(COLOURS) and len(source.names) == 60 and source.common_side() == 16
        pictures = source.decode(source.names, fit(16))
        assert pictures.images.shape == (60, 3, 16, 16) and pictures.names[0] == "blue/00.png"
        assert pictures.images[0, 2].float().mean() > pictures.images[0, 0].float().mean()


def test_only_the_wanted_split_is_read(folder):
    (folder / "test/red").mkdir(parents=True)
    (folder / "test/red/100.png").write_bytes(picture(COLOURS["red"], 1))
    assert "red/100.png" not in Source([folder]).names
    assert Source([folder], "test").names == ["red/100.png"]


def test_pictures_of_any_mode_and_size_become_square_rgb(folder):
    for number, mode in enumerate(("L", "P", "RGBA")):
        (folder / f"train/red/{number}-{mode}.png").write_bytes(picture(COLOURS["red"], 1, side=20 + number, mode=mode))
    source = Source([folder])
    assert source.common_side() is None
    assert source.decode(source.names, fit(16)).images.shape == (63, 3, 16, 16)


def test_resizing_the_short_side_cuts_out_the_centre():
    wide = Image.new("RGB", (40, 20), "black")
    wide.paste("white", (10, 0, 30, 20))
    content = io.BytesIO()
    wide.save(content, "PNG")
    assert fit(20, resize=20)(content.getvalue()).min() == 255


def test_an_empty_class_is_named(folder):
    (folder / "train/yellow").mkdir()
    with pytest.raises(TrainingError, match="yellow has no picture"):
        Source([folder])


def test_a_few_unreadable_pictures_are_counted_and_listed(folder):
    for number in range(200):
        (folder / f"train/red/more-{number}.png").write_bytes(picture(COLOURS["red"], number))
    (folder / "train/red/broken.png").write_bytes(b"not a picture")
    source, said = Source([folder]), []
    assert len(source.decode(source.names, fit(16), report=said.append)) == 260
    assert "1 of 261" in said[0] and "red/broken.png" in said[0]


def test_unreadable_pictures_are_counted_over_all_parts_of_the_data(folder):
    for number in range(100):
        (folder / f"train/red/more-{number}.png").write_bytes(picture(COLOURS["red"], number))
    (folder / "train/red/broken.png").write_bytes(b"not a picture")
    source, said = Source([folder]), []
    assert len(source.decode(["red/broken.png", "red/00.png"], fit(16), report=said.append)) == 1
    (folder / "train/blue/broken.png").write_bytes(b"not a picture")
    source = Source([folder])
    source.decode(["red/broken.png", "red/00.png"], fit(16), report=said.append)
    with pytest.raises(TrainingError, match="2 of 162 pictures unreadable"):
        source.decode(["blue/broken.png", "blue/00.png"], fit(16), report=said.append)


def test_many_unreadable_pictures_are_an_error(folder):
    (folder / "train/red/broken.png").write_bytes(b"not a picture")
    source = Source([folder])
    with pytest.raises(TrainingError, match="1 of 61 pictures unreadable"):
        source.decode(source.names, fit(16), report=lambda text: None)


def test_classes_unknown_to_the_model_are_named(folder):
    source = Source([folder])
    with pytest.raises(TrainingError, match="data has red .expected: only blue, green"):
        source.decode(source.names, fit(16), ["blue", "green"])


def test_a_broken_tar_is_a_clear_error(tmp_path):
    (tmp_path / "data.tar").write_bytes(b"no tar")
    with pytest.raises(TrainingError, match="data.tar"):
        Source([tmp_path / "data.tar"])


def images(count=64):
    return torch.randint(0, 256, (count, 3, 16, 16), generator=torch.Generator().manual_seed(5), dtype=torch.uint8)


def test_without_operations_a_shift_moves_whole_pixels():
    recipe = Recipe(operations=0)
    out = Augment(recipe, 16)(images(), torch.Generator().manual_seed(1))
    levels = (out * 255)[:, :, 4:12, 4:12]
    assert (levels - levels.round()).abs().max() < 1e-2
    inside, source = levels.round().int(), images().int()
    found = [any(torch.equal(inside[0], window) for window in _windows(side)) for side in (source[0], source[0].flip(-1))]
    assert any(found)


def _windows(image):
    return (image[:, top : top + 8, left : left + 8] for top in range(9) for left in range(9))


@pytest.mark.parametrize("crop", ["shift", "area"])
def test_augmentation_stays_in_range_and_repeats_with_its_seed(crop):
    augment = Augment(Recipe(crop=crop, operations=4, strength=1.0), 24)
    first, again, other = (augment(images(), torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert first.shape == (64, 3, 24, 24) and first.min() >= 0 and first.max() <= 1 + 1e-6
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_mixing_keeps_the_targets_a_distribution_that_says_what_was_mixed():
    x = torch.arange(64.0)[:, None, None, None].expand(64, 3, 16, 16)
    mixed, targets = mix(x, torch.eye(64), 1.0, torch.Generator().manual_seed(3))
    assert torch.allclose(targets.sum(1), torch.ones(64))
    assert torch.allclose(mixed.mean((1, 2, 3)), targets @ torch.arange(64.0), atol=1e-3)
    untouched, same = mix(x, torch.eye(64), 0.0, torch.Generator().manual_seed(3))
    assert torch.equal(untouched, x) and torch.equal(same, torch.eye(64))
