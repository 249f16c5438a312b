"""Stream worked out by hand, and the levels that its page claims."""

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import strategies as st

from badger_envs import Stream
from badger_envs.core.episodes import EpisodeSet, episode_keys
from badger_envs.core.rollout import rollout
from badger_envs.envs.stream.policies import Bayes, log_densities, softmax
from badger_envs.envs.stream.sources.source import Spread
from badger_envs.registry import get_spec, reference_returns

SPEC = get_spec("Badger/Stream-v0")
TAUGHT = {"learners": 2, "classes": 2, "labelled": 1, "lesson": 2, "exam": 5}
"""One teacher and one pupil."""
BLOCKS = {"order": "blocks", "exam": 10}


@st.composite
def _arguments(draw):
    learners = draw(st.integers(1, 5))
    arguments = {
        "learners": learners,
        "classes": draw(st.sampled_from([2, 3, 4, 6])),
        "inputs": draw(st.integers(1, 5)),
        "examples": draw(st.integers(3, 6)),
        "labelled": draw(st.none() | st.integers(1, learners)),
        "exam": draw(st.integers(0, 3)),
        "data": draw(st.sampled_from(["blobs", "blobs", "digits", "characters"])),
    }
    if draw(st.integers(0, 3)) == 0:
        arguments |= {"layout": "split", "learners": 1, "labelled": None}
    if arguments["exam"] and arguments["classes"] in (4, 6):
        arguments["order"] = draw(st.sampled_from(["mixed", "blocks"]))
    if arguments["exam"] and arguments["labelled"] not in (None, arguments["learners"]):
        arguments["lesson"] = draw(st.integers(0, 2))
    return arguments


ARGUMENTS = _arguments()
"""What the task takes, small enough to be played at once; for tests of what holds for any."""


def begun(task, episodes=1, **how):
    return task.initial(episode_keys(0, np.arange(episodes)), **how)


def played(task, answers, episodes=1):
    """What ports show in every step and behind the last one (T + 1, B, P, F), rewards (T, B), and the last state."""
    state, shown, rewards = begun(task, episodes), [], []
    for _ in range(task.horizon):
        shown.append(task.observation(state))
        following = task.transition(state, answers)
        rewards.append(task.reward(state, answers, following))
        state = following
    return np.asarray([*shown, task.observation(state)]), np.asarray(rewards), state


def error(policy, task, episodes=2000):
    """Mean error of a step that counts, and four standard errors of it."""
    returns = rollout(task, policy, episode_keys(0, np.arange(episodes), EpisodeSet.TEST)).returns
    errors = -returns / task.schedule.counting
    return errors.mean(), 4.0 * errors.std() / np.sqrt(episodes)


def test_step_shows_the_class_of_the_example_before_and_errs_as_by_hand():
    task = Stream(learners=2, classes=3, inputs=2, examples=4)
    answers = np.asarray([[[1.0, 0.0, 0.0], [0.5, 0.5, -0.5]]], np.float32)
    shown, rewards, state = played(task, answers)
    right = state.right[0]  # (T, P, A)
    assert (right.sum(axis=2) == 1.0).all()
    assert (shown[0, 0, :, 2:5] == 0.0).all()
    assert np.array_equal(shown[1:, 0, :, 2:5], right)
    assert (shown[:4, 0, :, 5] == 1.0).all()
    assert (shown[4, 0, :, 5] == 0.0).all()
    assert shown[:, 0, 0, 6].tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]
    # The first learner is right or errs 2; the second errs .75, or 2.75 where the third class was asked for.
    first, second = right[:, 0].argmax(axis=1), right[:, 1].argmax(axis=1)
    by_hand = [
        ((0.0 if a == 0 else 2.0) + (2.75 if b == 2 else 0.75)) / 2.0 / (1.0 - 1.0 / 3.0)
        for a, b in zip(first, second, strict=True)
    ]
    assert rewards[:, 0].tolist() == pytest.approx([-each for each in by_hand])
    hits = [((a == 0) + (0.5 if b < 2 else 0.0)) / 2.0 for a, b in zip(first, second, strict=True)]
    info = task.state_info(state)
    assert info["error"].tolist() == pytest.approx([np.mean(by_hand)])
    assert info["accuracy"].tolist() == pytest.approx([np.mean(hits)])
    assert task.terminal(state).tolist() == [True]


def test_all_classes_alike_err_one_and_hit_by_chance():
    task = Stream(classes=5)
    _, rewards, state = played(task, np.full((3, 4, 5), 0.2, np.float32), episodes=3)
    assert rewards == pytest.approx(-1.0)
    assert task.state_info(state)["accuracy"].tolist() == pytest.approx([0.2] * 3)


def test_examples_are_scattered_around_the_prototypes_of_their_classes():
    task = Stream(inputs=3, examples=30)
    state = begun(task, 200)
    classes = state.right.argmax(axis=3)  # (B, T, P)
    assert np.bincount(classes.reshape(-1)) / classes.size == pytest.approx(np.full(4, 0.25), abs=0.015)
    prototypes = state.prototypes[np.arange(200)[:, None, None], classes]  # (B, T, P, I)
    scatter = state.shown[:, :-1, :, :3] - prototypes  # (B, T, P, I)
    for numbers in (scatter, state.prototypes):
        assert abs(numbers.mean()) < 4 * numbers.std() / np.sqrt(numbers.size)
        assert 9.0 * numbers.var() == pytest.approx(1.0, abs=5 * np.sqrt(2 / numbers.size))


def test_inner_episodes_show_other_examples_of_the_same_classes():
    task = Stream()
    first, later = begun(task, 50), begun(task, 50, inner_episode=1)
    assert np.array_equal(first.prototypes, later.prototypes)
    assert 0.15 < (first.right.argmax(axis=3) == later.right.argmax(axis=3)).mean() < 0.35
    assert not (first.shown[:, :-1, :, :4] == later.shown[:, :-1, :, :4]).any()


def test_only_labelled_learners_are_told_classes():
    shown, _, _ = played(Stream(learners=3, labelled=2), np.zeros((5, 3, 4), np.float32), episodes=5)
    assert (shown[1:, :, :2, 4:8].sum(axis=3) == 1.0).all()
    assert not shown[:, :, 2, 4:8].any()


def test_exam_asks_for_all_classes_tells_none_and_counts_alone():
    task = Stream(examples=8, **BLOCKS)
    answers = np.zeros((40, 4, 4), np.float32)
    answers[..., 0] = 1.0
    shown, rewards, state = played(task, answers, episodes=40)
    classes = state.right.argmax(axis=3)  # (B, T, P)
    for steps, some in ((slice(0, 4), {0, 1}), (slice(4, 8), {2, 3}), (slice(8, 18), {0, 1, 2, 3})):
        assert set(np.unique(classes[:, steps])) == some
    assert (shown[1:9, ..., 4:8].sum(axis=3) == 1.0).all()  # the last of school is told in the first step of the exam
    assert not shown[9:, ..., 4:8].any()
    assert (shown[..., 8].any(axis=(1, 2))).tolist() == [False] * 8 + [True] * 10 + [False]
    assert not rewards[:8].any()
    # One error of 2 / .75 where another class was asked for, and that is three times out of four.
    assert rewards[8:].mean() == pytest.approx(-2.0, abs=0.15)
    assert task.state_info(state)["error"] == pytest.approx(-rewards.sum(axis=0) / 10)


def test_pupils_meet_teachers_in_the_lesson_alone():
    task = Stream(learners=3, classes=2, examples=3, labelled=1, lesson=2, exam=2)
    shown, rewards, state = played(task, np.full((1, 3, 2), 0.5, np.float32))
    there = [task.agent_mask(state._replace(step=np.asarray([step])))[0].tolist() for step in range(8)]
    assert there == 3 * [[True, False, False]] + 2 * [[True] * 3] + 3 * [[False, True, True]]
    assert shown[:, 0].any(axis=2)[:7].tolist() == there[:7]
    assert shown[3, 0, 0, 4:6].sum() == 1.0  # the last class of school
    assert not shown[3:5, 0, :, :4].any()  # no example
    assert not shown[4:, 0, :, 4:6].any()
    assert shown[:, 0, :, 6].tolist() == 5 * [[0.0, 0.0, 0.0]] + 2 * [[0.0, 1.0, 1.0]] + [[0.0, 0.0, 0.0]]
    assert rewards[:, 0].tolist() == 5 * [0.0] + 2 * [-1.0]


def test_density_of_a_class_with_two_examples_is_bayes_by_hand():
    # The prototype is N(4 / 3, 1 / 3), so the next example N(4 / 3, 4 / 3); of a class without examples N(0, 2).
    by_hand = [np.exp(-0.5 * (1 - 4 / 3) ** 2 / (4 / 3)) / np.sqrt(4 / 3), np.exp(-0.25) / np.sqrt(2.0)]
    sums, counts = np.asarray([[4.0], [0.0]]), np.asarray([2.0, 0.0])
    logits = log_densities(np.asarray([1.0]), sums, counts, Spread(1.0, 1.0))
    assert softmax(logits).tolist() == pytest.approx([each / sum(by_hand) for each in by_hand])


def test_levels_are_those_of_the_page():
    for learners, expected in {1: 0.71, 2: 0.63, 4: 0.58, 8: 0.54}.items():
        known = reference_returns(Stream(learners=learners))
        assert known.reference / -20 == pytest.approx(expected, abs=0.006)
        assert known.local_optima["alone"] / -20 == pytest.approx(0.71, abs=0.006)
    for examples, expected in {2: 0.65, 5: 0.50, 10: 0.42, 20: 0.37, 40: 0.35}.items():
        known = reference_returns(Stream(**TAUGHT, examples=examples))
        assert known.reference / -5 == pytest.approx(expected, abs=0.006)
    for order in ("mixed", "blocks"):
        known = reference_returns(Stream(order=order, exam=10))
        assert known.reference / -10 == pytest.approx(0.49, abs=0.006)
    assert known.local_optima["recency"] / -10 == pytest.approx(1.32, abs=0.006)


@pytest.mark.parametrize("level", ["chance", "reference", "alone", "recency"])
@pytest.mark.parametrize(
    "arguments", [{"labelled": 1}, {"learners": 8}, TAUGHT, BLOCKS, {"layout": "split", "learners": 1, **BLOCKS}]
)
def test_policies_reach_the_levels(level, arguments):
    task = Stream(**arguments)
    known = reference_returns(task)
    levels = {"chance": known.chance, "reference": known.reference, **known.local_optima}
    if level in levels:
        mean, tolerance = error(SPEC.policy(level, task), task)
        assert abs(mean + levels[level] / task.schedule.counting) <= tolerance + 2e-3


def test_a_learner_that_is_not_told_and_not_talked_to_stays_at_chance():
    assert reference_returns(Stream(labelled=1)).local_optima["alone"] / -20 == pytest.approx(
        (0.71 + 3.0) / 4, abs=0.006
    )
    assert reference_returns(Stream(**TAUGHT)).local_optima["alone"] == -5.0


def test_reference_pools_what_the_learners_are_told_whoever_was_told_it():
    task, observations = Stream(learners=2, classes=2, inputs=1), np.zeros((2, 1, 2, 5), np.float32)
    observations[0, 0, :, 0] = 0.5, -0.5
    observations[1, 0, :, :3] = [[0.4, 1.0, 0.0], [0.4, 0.0, 1.0]]  # the classes of these, and what is asked
    policy = Bayes(task)
    policy.reset(1)
    first, second = (policy.act(each.reshape(1, -1), None).reshape(2, 2) for each in observations)
    assert first.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert second[0].tolist() == second[1].tolist()
    assert second[0, 0] > 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learners": 0}, r"learners must be an integer in \[1, 64\], got 0"),
        ({"classes": 1}, r"classes must be an integer in \[2, 64\], got 1"),
        ({"inputs": 65}, r"inputs must be an integer in \[1, 64\], got 65"),
        ({"examples": 0}, "examples must be an integer at least 1, got 0"),
        ({"data": "waves"}, "data must be one of 'blobs', 'digits', 'characters', got 'waves'"),
        ({"data": "digits", "classes": 11}, r"classes must be an integer in \[2, 10\], got 11"),
        ({"labelled": 5}, r"labelled must be an integer in \[1, 4\], got 5"),
        ({"order": "sorted"}, "order must be one of 'mixed', 'blocks', got 'sorted'"),
        ({"lesson": -1}, "lesson must be an integer at least 0, got -1"),
        ({"exam": 1.5}, "exam must be an integer at least 0, got 1.5"),
        ({"layout": "rows"}, "layout must be one of 'shards', 'split', got 'rows'"),
        ({"layout": "split"}, "learners must be 1 with layout='split', got 4"),
        ({"layout": "split", "learners": 1, "lesson": 1}, "lesson must be 0 with layout='split', got 1"),
        ({"order": "blocks"}, "exam must be at least 1 with order='blocks', got 0"),
        ({**BLOCKS, "classes": 5}, "classes must be even and at least 4 with order='blocks', got 5"),
        ({**BLOCKS, "classes": 2}, "classes must be even and at least 4 with order='blocks', got 2"),
        ({**BLOCKS, "examples": 1}, "examples must be at least 2, one for each block, got 1"),
        ({"lesson": 1, "labelled": 1}, "exam must be at least 1 with a lesson, got 0"),
        ({"lesson": 1, "exam": 1}, "labelled must be below learners with a lesson, got None"),
        ({"lesson": 1, "exam": 1, "labelled": 4}, "labelled must be below learners with a lesson, got 4"),
        ({"examples": 2**24, "exam": 1}, "examples, lesson and exam must make at most 16777216 steps, got 16777217"),
    ],
)
def test_stream_refuses_bad_arguments_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        Stream(**arguments)


def test_split_shows_a_number_or_a_class_at_each_port_and_scores_the_outputs():
    task = Stream(learners=1, classes=3, inputs=2, examples=4, layout="split")
    shown, rewards, state = played(task, np.full((30, 5, 1), 1.0, np.float32), episodes=30)
    inputs = shown[0, :, :, 2] > 0.0  # (B, P)
    assert (inputs.sum(axis=1) == 2).all()
    assert len(np.unique(inputs, axis=0)) > 4  # in an order that is new in each lifetime
    numbers, told = shown[..., 0], shown[..., 1]  # (T + 1, B, P)
    assert not numbers[:, ~inputs].any()
    assert not told[:, inputs].any()
    assert (told[1:].sum(axis=2) == 1.0).all()
    assert np.array_equal(told[1:], np.moveaxis(state.right[..., 0], 1, 0))
    assert np.array_equal(shown[:4, ..., 3] > 0.0, np.broadcast_to(~inputs, (4, 30, 5)))
    # Two of three outputs are wrong by 1, whichever inputs say what.
    assert rewards == pytest.approx(-2.0 / (1.0 - 1.0 / 3.0))
    assert task.state_info(state)["accuracy"] == pytest.approx(1 / 3)


def test_split_and_shards_of_the_same_examples_are_worth_the_same():
    known = [reference_returns(Stream(learners=1, layout=layout)) for layout in ("shards", "split")]
    assert known[0].reference == known[1].reference
    assert known[1].local_optima["alone"] == known[1].chance


def test_text_names_the_phase_the_classes_and_the_answers():
    env = gym.make(
        "Badger/Stream-v0", learners=2, classes=2, examples=2, labelled=1, lesson=1, exam=1, render_mode="ansi"
    )
    env.reset(seed=1)
    lines = []
    for _ in range(4):
        env.step(np.asarray([0.0, 0.0, 0.75, 0.25], np.float32))
        lines.append(env.render().splitlines())
    assert [each[0].split("  ")[2] for each in lines] == ["school", "school", "lesson", "exam"]
    assert [each[2] for each in lines] == ["learner 1  not asked"] * 3 + ["learner 1  absent"]
    assert [each[3] for each in lines[:3]] == ["learner 2  absent"] * 2 + ["learner 2  not asked"]
    assert lines[3][3].startswith("learner 2  class ")
    assert lines[3][3].endswith("answer  0.75  0.25")
