"""From an item to pixels: as in use the very ones of a bundle, in training another part for each draw."""

import numpy as np
import pytest
import torch
from make_data import draw_shape, make_awkward
from PIL import Image
from tellapart.description import RandomResizedCrop, Resize, table_rows
from tellapart.description.transforms import OwnSteps
from tellapart.errors import DescriptionError, ImageError
from tellapart.network.data.squares import (
    _drawn_box,
    base,
    opened,
    preprocess_of,
    square,
    square_of_item,
    view,
)
from tellapart.pictures.images import load_pixels
from torchvision.transforms import v2


@pytest.fixture
def wide():
    """100 × 40, red at the left, blue at the right."""
    pixels = np.zeros((40, 100, 3), np.uint8)
    pixels[:, :50, 0] = 255
    pixels[:, 50:, 2] = 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize("transform", [Resize(48), Resize(48, "squish"), RandomResizedCrop(48)])
def test_in_use_a_square_is_that_of_the_bundle(transform, tmp_path):
    draw_shape("ring", np.random.default_rng(0), 96).crop((0, 10, 96, 70)).save(tmp_path / "a.jpg")
    assert np.array_equal(
        square_of_item(tmp_path / "a.jpg", transform),
        load_pixels(tmp_path / "a.jpg", preprocess_of(transform)),
    )


def test_squish_keeps_all_of_it_and_crop_the_middle(wide):
    assert square(wide, Resize(40, "squish"))[20, 2].tolist() == [255, 0, 0]
    cropped = square(wide, Resize(40))
    assert cropped.shape == (40, 40, 3) and cropped[20, 2].tolist() == [255, 0, 0]
    assert abs(int((square(wide, Resize(40))[20, :, 0] > 127).sum()) - 20) <= 1


def test_padding_is_black_or_the_picture_mirrored_at_its_border(wide):
    black, mirrored = square(wide, Resize(50, "pad")), square(wide, Resize(50, "pad", "reflect"))
    assert black[0].max() == 0 and black[25, 5].tolist() == [255, 0, 0]
    assert mirrored[0, 5].tolist() == [255, 0, 0] and mirrored[-1, -5].tolist() == [0, 0, 255]
    strip = Image.fromarray(np.full((2, 200, 3), 9, np.uint8))
    assert square(strip, Resize(64, "pad", "reflect")).min() == 9  # mirrored many times
    with pytest.raises(DescriptionError, match=r"cannot be exported.*method='crop'"):
        preprocess_of(Resize(50, "pad"))


def test_a_draw_gives_its_own_part_and_the_same_each_time(wide):
    transform = RandomResizedCrop(32, min_scale=0.2)
    views = [square(wide, transform, draw) for draw in range(12)]
    assert all(view.shape == (32, 32, 3) for view in views)
    assert len({view.tobytes() for view in views}) > 6
    assert np.array_equal(views[3], square(wide, transform, 3))
    assert np.array_equal(square(wide, Resize(32), 3), square(wide, Resize(32)))


def test_a_part_is_drawn_as_torchvision_draws_it():
    for width, height, scale in (
        (100, 40, 0.2),
        (40, 100, 0.9),
        (300, 20, 0.9),
        (20, 300, 0.9),
        (64, 64, 0.35),
    ):
        for draw in range(20):
            torch.manual_seed(draw)
            wanted = v2.RandomResizedCrop.get_params(
                Image.new("L", (width, height)), [scale, 1.0], [3 / 4, 4 / 3]
            )
            assert _drawn_box(width, height, scale, torch.Generator().manual_seed(draw)) == wanted


def test_steps_of_ones_own_come_first_whatever_kind_of_picture_they_give(wide):
    """The left half alone, so no blue is left; what a transform draws is another draw for each view."""

    def left(picture):
        return picture.crop((0, 0, 50, 40))

    for also in ((), (np.asarray,), (v2.ToImage(),), (v2.ToImage(), v2.ToDtype(torch.float32, scale=True))):
        pixels = square(wide, OwnSteps((left, *also), Resize(32)))
        assert pixels.shape == (32, 32, 3) and pixels.dtype == np.uint8
        assert pixels[..., 0].min() == 255 and pixels[..., 2].max() == 0
    flipped = OwnSteps((v2.RandomHorizontalFlip(),), Resize(32, "squish"))
    before = torch.get_rng_state()
    assert len({square(wide, flipped, draw).tobytes() for draw in range(12)}) == 2
    assert len({square(wide, flipped).tobytes() for _ in range(12)}) == 1
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(DescriptionError, match=r"cannot carry functions of your own.*item=Resize\(size=32"):
        preprocess_of(OwnSteps((left,), Resize(32)))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda picture: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda picture: (picture, 3), "it gave a tuple, not a picture"),
        (v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]),
         "it gave numbers from -1 to 1, not 0 to 1; each network normalises by itself"),
    ],
)  # fmt: skip
def test_a_step_that_fails_is_named_and_no_picture_is_blamed(wide, function, says):
    with pytest.raises(DescriptionError, match=rf"The function .* in `item` fails: .*{says}"):
        square(wide, OwnSteps((function,), Resize(32)))


def test_what_views_are_made_from_is_as_small_as_they_need(tmp_path):
    draw_shape("ring", np.random.default_rng(0), 200).crop((0, 20, 200, 180)).save(tmp_path / "a.png")
    assert base(tmp_path / "a.png", RandomResizedCrop(40, min_scale=0.25)).shape == (80, 100, 3)
    assert base(tmp_path / "a.png", RandomResizedCrop(100, min_scale=0.1)).shape == (
        160,
        200,
        3,
    )  # never enlarged
    plain = base(tmp_path / "a.png", Resize(40, "squish"))
    assert np.array_equal(plain, square_of_item(tmp_path / "a.png", Resize(40, "squish")))
    assert view(plain, Resize(40, "squish"), 5) is plain


def test_an_item_may_be_a_path_bytes_an_array_a_picture_or_a_row(tmp_path, wide):
    wide.save(tmp_path / "a.png")
    (row,) = table_rows(folder=tmp_path)([{"file_name": "a.png"}])
    for item in (
        tmp_path / "a.png",
        str(tmp_path / "a.png"),
        row,
        (tmp_path / "a.png").read_bytes(),
        wide,
        np.asarray(wide),
    ):
        assert np.array_equal(np.asarray(opened(item)), np.asarray(wide))
    with pytest.raises(ImageError, match="a dict is not a picture"):
        opened({})


def test_every_awkward_picture_is_opened_by_the_one_opener(tmp_path):
    for name, outcome in make_awkward(tmp_path).items():
        if outcome == "ok":
            pixels = base(tmp_path / name, RandomResizedCrop(24))
            assert view(pixels, RandomResizedCrop(24), 1).shape == (24, 24, 3)
        else:
            with pytest.raises(ImageError, match=outcome):
                square_of_item(tmp_path / name, Resize(24))
    upright = np.asarray(opened(tmp_path / "plain.jpg"), int)
    assert np.abs(np.asarray(opened(tmp_path / "exif_rotated.jpg"), int) - upright).mean() < 8
