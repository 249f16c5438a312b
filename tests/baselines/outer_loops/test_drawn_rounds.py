"""Stages that draw the number of rounds: the same ones again, for every outer loop, and hashes as they were before."""

from dataclasses import fields, replace

import pytest
import torch

from agents import Badger
from baselines.experiments.recipes import RECIPES
from baselines.experiments.run import RunSpec
from baselines.outer_loops.base import Stage
from baselines.outer_loops.bptt import BPTT
from baselines.outer_loops.bptt_learner import BPTTLearner
from baselines.outer_loops.trainer import train
from tests.baselines.outer_loops.test_outer_loops import GUESSING, SMALL, every_loop, small_agent, weights

ARGUMENTS = {"dims": 2, "horizon": 4}
DRAWN = (Stage(rounds=(2, 5)),)


def drawn(settings, seed=0):
    learner = BPTTLearner(small_agent(), GUESSING, ARGUMENTS, settings, seed=seed)
    found = []
    for learner.num_updates in range(40):
        found.append(learner.episode_batch().agent.config.rounds)
    return found


def test_rounds_are_drawn_anew_for_each_update_from_the_seed():
    rounds = drawn(BPTT(updates=40, stages=DRAWN))
    assert set(rounds) == {2, 3, 4, 5}
    assert rounds == drawn(BPTT(updates=40, stages=DRAWN))
    assert rounds != drawn(BPTT(updates=40, stages=DRAWN), seed=1)


def test_drawing_rounds_leaves_what_else_is_drawn():
    stage = Stage(sizes=(1, 5), horizon=(3, 9))
    with_rounds, without = (
        BPTTLearner(small_agent(), GUESSING, ARGUMENTS, BPTT(updates=9, stages=(one,)), seed=0).episode_batch()
        for one in (replace(stage, rounds=(1, 4)), stage)
    )
    assert (with_rounds.task, with_rounds.keys.tolist()) == (without.task, without.keys.tolist())


@every_loop
def test_every_outer_loop_plays_as_many_rounds_as_were_drawn(settings, monkeypatch):
    played, step = set(), Badger.step
    monkeypatch.setattr(Badger, "step", lambda self, *given: played.add(self.config.rounds) or step(self, *given))
    agent = small_agent()
    train(agent, GUESSING, ARGUMENTS, replace(settings, stages=(Stage(rounds=(3, 4)),)), seed=0)
    assert played == {3, 4}
    assert agent.config.rounds == 1


@every_loop
def test_drawn_rounds_resume_bit_for_bit(settings, tmp_path):
    settings, whole, cut = replace(settings, stages=DRAWN), small_agent(), small_agent()
    train(whole, GUESSING, ARGUMENTS, settings, seed=1, points=6)

    def interrupt(update, point):
        if update == 3:
            raise KeyboardInterrupt

    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train(cut, GUESSING, ARGUMENTS, settings, seed=1, points=6, checkpoint=checkpoint, on_update=interrupt)
    again = small_agent()
    train(again, GUESSING, ARGUMENTS, settings, seed=1, points=6, checkpoint=checkpoint)
    assert torch.equal(weights(whole), weights(again))


def test_stage_refuses_rounds_of_an_agent_that_has_none():
    with pytest.raises(ValueError, match="rounds must not be asked of an agent that has none, got 5 for Monolithic"):
        train(small_agent("Monolithic"), GUESSING, ARGUMENTS, replace(SMALL[0], stages=DRAWN), seed=0)
    with pytest.raises(ValueError, match="rounds must be .smallest, largest., .* got .0, 2."):
        Stage(rounds=(0, 2))


def test_a_run_that_draws_no_rounds_has_the_hash_that_it_had_before():
    spec = RunSpec("badger", GUESSING, ARGUMENTS, 0, "Badger", {"port_features": 3}, outer_loop=BPTT())
    (stage,) = spec.specification().model_dump()["outer_loop"]["stages"]
    assert sorted(stage) == sorted(field.name for field in fields(Stage) if field.name not in ("rounds", "left_out"))
    assert replace(spec, outer_loop=BPTT(stages=DRAWN)).hash != spec.hash
    assert RECIPES["routing3"].outer_loop.stages[0].rounds is None
