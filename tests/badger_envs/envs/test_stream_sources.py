"""Where the examples of Stream come from: digits that are checked, characters that are made up, projections."""

import hashlib
import io
import zipfile
from importlib.resources import files

import numpy as np
import pytest

from badger_envs import Stream
from badger_envs.core.episode_sets import is_for_training, names_of
from badger_envs.core.episodes import EpisodeSet, episode_keys, splitmix64
from badger_envs.core.rollout import rollout
from badger_envs.envs.stream.policies import Alone, Bayes
from badger_envs.envs.stream.sources import SOURCES
from badger_envs.envs.stream.sources import digits as module
from badger_envs.envs.stream.sources.characters import drawn_with_a_brush
from badger_envs.envs.stream.sources.digits import digits, read
from badger_envs.envs.stream.sources.images import orthonormal

IMAGES = {"classes": 5, "inputs": 16}


def file_of(**arrays):
    """The bytes of an npz file that holds these arrays."""
    held = io.BytesIO()
    np.savez_compressed(held, **arrays)
    return held.getvalue()


def test_digits_are_those_of_the_data_set():
    known = digits()
    assert known.images.shape == (1797, 64)
    assert known.images.min() == 0.0
    assert known.images.max() == 1.0
    assert known.counts.sum(axis=1).tolist() == [1400, 397]
    # As the data set's page counts them.
    assert known.counts.sum(axis=0).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_digits_come_with_their_source_and_licence():
    said = files("badger_envs.envs.stream.sources").joinpath("digits.txt").read_text(encoding="utf-8")
    assert "E. Alpaydin and C. Kaynak" in said
    assert "CC BY 4.0" in said


IMAGES_OF_FILE, LABELS_OF_FILE = np.zeros((1797, 64), np.uint8), np.zeros(1797, np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"images": IMAGES_OF_FILE.astype(np.float32), "labels": LABELS_OF_FILE},
            "images must be .*, got float32",
        ),
        ({"images": IMAGES_OF_FILE[1:], "labels": LABELS_OF_FILE}, r"images must be uint8 .*, got uint8 \(1796, 64\)"),
        ({"images": IMAGES_OF_FILE + np.uint8(17), "labels": LABELS_OF_FILE}, "images must be uint8 .* up to 16"),
        ({"images": IMAGES_OF_FILE, "labels": LABELS_OF_FILE + np.uint8(10)}, "labels must be uint8 .* up to 9"),
        ({"images": np.asarray([{}], object), "labels": LABELS_OF_FILE}, "Object arrays cannot be loaded"),
    ],
)
def test_file_of_digits_is_refused_unless_it_holds_small_numbers(arrays, message):
    with pytest.raises(ValueError, match=message):
        read(file_of(**arrays))


def test_file_of_digits_is_the_one_that_the_code_names():
    held = files("badger_envs.envs.stream.sources").joinpath(module.FILE).read_bytes()
    assert hashlib.sha256(held).hexdigest() == module.SHA_256
    assert len(held) < 50_000
    assert zipfile.ZipFile(io.BytesIO(held)).namelist() == ["images.npy", "labels.npy"]


@pytest.mark.parametrize("episode_set", EpisodeSet)
def test_test_episodes_show_images_that_no_training_episode_shows(episode_set):
    keys = episode_keys([0, 5], [7, 2**32 - 1], episode_set)
    assert is_for_training(keys).tolist() == [episode_set in (EpisodeSet.TRAIN, EpisodeSet.VALIDATION)] * 2
    source, labels = SOURCES["digits"], np.arange(10)[None].repeat(2, axis=0)
    _, parts = source.draw_classes(keys, 10)
    seen = {picture.tobytes() for picture in source.pictures(parts, keys, labels, 100).reshape(-1, 64)}
    training = {picture.tobytes() for picture in digits().images[:1400]}
    assert len(seen & training) == (20 if is_for_training(keys)[0] else 0)


def test_names_are_what_keys_were_made_of():
    names = np.asarray([0, 1, 2**63 + 5, 2**64 - 1], np.uint64)
    assert np.array_equal(names_of(splitmix64(names)), names)


def test_each_lifetime_has_labels_of_its_own_for_the_digits():
    keys = episode_keys(0, np.arange(2000))
    _, (_, chosen) = SOURCES["digits"].draw_classes(keys, 5)
    assert all(len(set(row)) == 5 for row in chosen.tolist())
    for label in range(5):
        assert np.bincount(chosen[:, label], minlength=10) / 2000 == pytest.approx(np.full(10, 0.1), abs=0.03)


def test_projections_are_orthonormal_and_favour_no_direction():
    axes = orthonormal(np.random.default_rng(0).normal(size=(3000, 4, 2)))
    assert np.swapaxes(axes, 1, 2) @ axes == pytest.approx(np.eye(2)[None].repeat(3000, axis=0))
    assert axes.mean(axis=0) == pytest.approx(np.zeros((4, 2)), abs=0.05)
    assert (axes**2).mean(axis=0) == pytest.approx(np.full((4, 2), 0.25), abs=0.03)


def test_brush_is_darkest_on_the_stroke_and_fades_with_the_distance():
    # Three strokes that are the same point, in the middle of the pixel of row 2 and column 5.
    controls = np.broadcast_to(np.asarray([5.5, 2.5]) / 8.0, (1, 1, 3, 3, 2))
    picture = drawn_with_a_brush(controls).reshape(8, 8)
    assert picture[2, 5] == pytest.approx(1.0)
    assert picture[2, 6] == pytest.approx(np.exp(-0.5 * (0.125 / 0.07) ** 2))
    assert picture[4, 5] == pytest.approx(np.exp(-0.5 * (0.25 / 0.07) ** 2))


def test_characters_of_a_class_look_more_alike_than_those_of_two():
    keys, labels = episode_keys(0, np.arange(200)), np.repeat([[0, 1]], 5, axis=1).repeat(200, axis=0)
    source = SOURCES["characters"]
    pictures = source.pictures(source.draw_classes(keys, 2)[1], keys, labels, source.class_numbers(2))
    one, other = pictures[:, labels[0] == 0], pictures[:, labels[0] == 1]  # (B, 5, pixels)
    within, between = (((a - b) ** 2).sum(axis=2).mean() for a, b in ((one[:, :-1], one[:, 1:]), (one, other)))
    assert between > 1.3 * within


@pytest.mark.parametrize("data", SOURCES)
def test_examples_have_the_spread_that_their_source_says(data):
    task = Stream(data=data, learners=2, examples=30, **IMAGES)
    state = task.initial(episode_keys(0, np.arange(400), EpisodeSet.TRAIN))
    spread = task.source.spread
    assert sum(spread) == pytest.approx(2.0 / 9.0)
    shown = state.shown[:, :-1, :, :16]  # (B, T, P, I)
    assert shown.var() == pytest.approx(sum(spread), rel=0.05)
    own = state.right[:, :, :, 0] > 0.0  # (B, T, P)
    within = np.mean([each[mine].var(axis=0, ddof=1).mean() for each, mine in zip(shown, own, strict=True)])
    assert within == pytest.approx(spread.within, rel=0.05)


@pytest.mark.parametrize(("data", "alone", "pooled"), [("digits", 0.62, 0.42), ("characters", 0.63, 0.42)])
def test_reference_reaches_the_levels_of_the_page_on_images(data, alone, pooled):
    task, keys = Stream(data=data, **IMAGES), episode_keys(0, np.arange(300), EpisodeSet.TEST)
    for policy, expected in ((Alone(task), alone), (Bayes(task), pooled)):
        assert rollout(task, policy, keys).returns.mean() / -20 == pytest.approx(expected, abs=0.03)
