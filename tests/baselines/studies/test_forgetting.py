"""Exams after every block, worked out by hand and for policies of which it is known what they keep."""

import numpy as np
import pytest

from badger_envs import Stream, episode_keys
from badger_envs.core.policy import Blind
from badger_envs.envs.stream.policies import Bayes
from baselines.studies.forgetting import Kept, block_accuracies

TASK = Stream(learners=2, inputs=8, examples=16, order="blocks", exam=6)
KEYS = episode_keys(0, np.arange(300))


class LastBlock(Bayes):
    """Forgets what it was told before the last change of the block."""

    def act(self, observation, reward):
        blocks = self._counts.reshape(*self._counts.shape[:2], 2, 2).sum(axis=3) > 0.0  # (B, L, blocks)
        if blocks.all():
            self._sums[:, :, :2], self._counts[:, :, :2] = 0.0, 0.0
        return super().act(observation, reward)


def test_measures_by_hand():
    # Untaught, after the first block, after the second.
    kept = Kept("somebody", np.asarray([[[0.25, 0.25], [0.9, 0.35], [0.6, 0.8]]]))
    assert {name: values.tolist() for name, values in kept.measures().items()} == {
        "average accuracy": pytest.approx([0.7]),
        "backward transfer": pytest.approx([-0.3]),
        "forward transfer": pytest.approx([0.1]),
        "forgetting": pytest.approx([0.3]),
    }


def test_bayes_forgets_nothing_but_has_more_to_choose_from():
    found = block_accuracies(TASK, Bayes(TASK), KEYS)
    assert found.shape == (3, 2)
    assert found[0] == pytest.approx([0.25, 0.25], abs=0.06)  # taught nothing
    assert found[1, 0] > 0.7
    assert found[2, 0] > 0.6
    assert found[2, 0] == pytest.approx(found[2, 1], abs=0.06)


def test_who_keeps_the_last_block_alone_forgets_the_first():
    found = block_accuracies(TASK, LastBlock(TASK), KEYS)
    assert found[1, 0] > 0.7
    assert found[2, 1] > 0.7
    assert Kept("somebody", found[None]).measures()["forgetting"][0] > 0.3


def test_lifetimes_without_blocks_are_refused():
    with pytest.raises(ValueError, match="runs must be of a school in blocks with a learner at each port"):
        block_accuracies(Stream(exam=3), Blind(Stream(exam=3)), KEYS)
