"""Moving pictures: small, of the problems as they are, and shown nowhere else."""

import io

import numpy as np
import pytest
from PIL import Image

from leaderboards.schema.benchmark import load_benchmark
from leaderboards.site.board import rank
from leaderboards.site.moving_pictures import (
    LOOPS,
    MAX_BYTES,
    PICTURES,
    encode,
    key_of,
    make_pictures,
    pictures_of,
    play,
)
from leaderboards.site.pages import pages
from leaderboards.site.titles import TITLES
from tests.leaderboards.helpers.html_page import Page
from tests.leaderboards.helpers.make_submission import BENCHMARKS


@pytest.mark.parametrize("name", TITLES)
def test_shipped_pictures_are_of_the_problems_as_they_are_and_small(name):
    benchmark = load_benchmark(name)
    found = pictures_of(benchmark)
    assert set(found) == {problem.name for problem in benchmark.problems}
    for picture in found.values():
        content = (PICTURES / name / picture.file).read_bytes()
        assert len(content) <= MAX_BYTES
        still = Image.open(io.BytesIO((PICTURES / name / picture.still).read_bytes()))
        image = Image.open(io.BytesIO(content))
        assert image.size == (picture.width, picture.height)
        assert image.n_frames > 1
        assert image.info["loop"] == LOOPS, "it comes to rest"
        assert still.size == image.size


@pytest.mark.parametrize("problem", ["guessing", "xor3", "routing3"])
def test_shipped_pictures_return_what_is_said(problem):
    benchmark = load_benchmark("v1")
    frames, value = play(benchmark.problem(problem), "title")
    assert value == pytest.approx(pictures_of(benchmark)[problem].value, rel=1e-5)
    assert all(frame.shape == frames[0].shape for frame in frames)


def test_pictures_of_something_else_are_not_shown(tmp_path):
    benchmark = load_benchmark("tiny", BENCHMARKS)
    make_pictures(benchmark, tmp_path)
    assert set(pictures_of(benchmark, tmp_path)) == {"guess", "xor"}
    guess = benchmark.problem("guess")
    other = guess.model_copy(update={"arguments": {**guess.arguments, "dims": 3}})
    assert key_of(other) != key_of(guess)
    changed = benchmark.model_copy(update={"problems": (other, benchmark.problem("xor"))})
    assert set(pictures_of(changed, tmp_path)) == {"xor"}


def test_pages_show_pictures_and_say_who_plays():
    benchmark = load_benchmark("v1")
    texts = dict(pages(rank(benchmark, []), {}, pictures=pictures_of(benchmark)))
    shown = [given for tag, given in Page(texts["problem/robot_ppo.html"]).tags if tag == "img"]
    assert [given["src"] for given in shown] == ["../picture/robot_ppo.webp"]
    assert "The reference policy plays robot crawl" in shown[0]["alt"]
    assert "The reference policy plays test episode 0 and returns 6.18." in texts["problem/robot_ppo.html"]
    assert texts["index.html"].count("<img ") == len(benchmark.problems)


def test_encode_makes_large_pictures_smaller():
    noise = np.random.default_rng(0).integers(0, 256, (20, 320, 480, 3), dtype=np.uint8)  # (frames, height, width, 3)
    _, _, (width, _) = encode(list(noise))
    assert width < 480
