"""Stream: learners who see examples of the same unknown classes, each its own, classify from the first one on.

Selects for learning from examples in a lifetime, and for telling each other what was learned.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import device as device_of

from badger_envs.core.arrays import Array, entry_of, namespace
from badger_envs.core.checks import require_choice, require_integer
from badger_envs.core.episodes import Keys, require_keys
from badger_envs.envs.stream.arguments import refuse_contradictions
from badger_envs.envs.stream.layouts import LAYOUTS
from badger_envs.envs.stream.lifetimes import Maker
from badger_envs.envs.stream.parts import OfParts
from badger_envs.envs.stream.sources import SOURCES

MAX_LEARNERS = 64


class StreamState(NamedTuple):
    """Everything that changes, and what is hidden."""

    shown: Array  # (B, T + 1, P, F) what ports show in every step, and behind the last one
    right: Array  # (B, T, P, A) the right answers in every step, ones and zeros; hidden
    prototypes: Array  # (B, C, I) what is typical of each class; hidden
    answers: Array  # (B, P, A) the last ones, 0 at first
    scores: Array  # (B, 2) error and accuracy of the last answers, 0 if they did not count
    totals: Array  # (B, 2) their sums so far
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class Stream(OfParts[StreamState]):
    """Classify examples of classes that are new in every lifetime, and tell each other what was learned.

    Every port is a whole learner with a stream of examples of its own; the classes are the same for all, so more
    learners learn faster if they talk. In each step a learner is shown an example, whose class is drawn uniformly, and
    answers which class it is of; in the next step it is told. With `exam` the answers of that school do not count, but
    those to `exam` questions behind it, of which no class is told. With `lesson` learners come and go: teachers, who
    are the first `labelled` ones, are alone in school; in the `lesson` steps all are there and nothing is shown; pupils
    are alone in the exam.

    ## Observation
    One port per learner. A port shows the `inputs` numbers of its example; the class of its example of the step before
    as ones and zeros (all 0 in the first step and where no class is told); 1 if its answer counts now and 0 otherwise;
    and the fraction of the lifetime that is left. With `layout` "split" there is one learner, and a port per input and
    per class, in an order that is new in each lifetime: an input shows its number of the example; 0; 1; 0; the fraction
    left; and an output 0; 1 if its class is told; -1; 1 if answers count; the fraction left. The neighbours
    of an output are all inputs; inputs have none.

    Data: "blobs" have prototypes N(0, 1) in each number and examples N(prototype, 1), both shown as a third. "digits"
    are 1,797 scanned handwritten digits of 8 x 8 pixels (Alpaydin, Kaynak 1998), the last 397 of them in test episodes
    only. Of "characters" a class is three Bezier strokes drawn at random, and an example has them jittered, turned,
    scaled and shifted. Which of these classes there are, the label of each, and a random orthonormal projection of the
    pixels to `inputs` numbers are new in each lifetime, so that knowing the alphabet does not help.

    ## Action
    A number in [-1, 1] per class and port: how probable the class is; with "split" one of each output for its class.

    ## Reward
    Minus the mean error of the ports whose answers count; 0 in other steps. The error of a port is the sum over the
    classes of (answer - [it is the class])^2, over 1 - 1 / classes: a proper score (Brier 1950), 1 if all answers are
    1 / classes.

    ## Episode end
    Terminated after examples + lesson + exam steps.

    ## Reference returns
    As the mean error of a step, of 20 examples of 4 classes, by number of learners:

    | 4 inputs | 1 | 2 | 4 | 8 |
    |---|---|---|---|---|
    | chance: all classes alike | 1 | 1 | 1 | 1 |
    | alone: no messages | .71 | .71 | .71 | .71 |
    | reference: all labels pooled | .71 | .63 | .58 | .54 |

    With known prototypes it would be .47. Of 4 learners with `labelled` 1 the three others stay at 1 alone. The
    reference is exactly Bayes, but that it learns nothing of examples whose class is not told. In an exam it errs .49
    whatever the order of the school was; who answers none but the classes of the last block errs 1.32, more than who
    is blind. After a lesson, with 2 classes and one teacher, it errs .65, .50, .42, .37 and .35 after 2, 5, 10, 20 and
    40 examples, and pupils who are told nothing err 1. With "split" it is that of one learner, and without messages
    all err 1. Images are taken for blobs with variances that fit: with 5 classes, 16 inputs and 4 learners digits err
    .62 alone and .42 pooled, characters .63 and .42.

    ## Arguments
    `learners`: 1 to 64. `classes`: 2 to 64, of digits to 10. `inputs`: numbers of an example, 1 to 64. `examples`:
    steps of school, at least 1. `data`: "blobs", "digits" or "characters". `labelled`: how many learners are told
    classes, at least 1; None for all. `order`: of the classes in school, "mixed", or "blocks" of two classes each, one
    block after the other, which needs an exam. `lesson`: steps, at least 0; above 0 it needs an exam and fewer
    `labelled` than learners. `exam`: questions, at least 0. `layout`: "shards", a learner per port, or "split", which
    is for one learner and no lesson.

    ## Version history
    v0: first version.
    """

    learners: int = 4
    classes: int = 4
    inputs: int = 4
    examples: int = 20
    data: str = "blobs"
    labelled: int | None = None
    order: str = "mixed"
    lesson: int = 0
    exam: int = 0
    layout: str = "shards"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("learners", self.learners, 1, MAX_LEARNERS)
        require_choice("data", self.data, tuple(SOURCES))
        require_integer("classes", self.classes, 2, self.source.most_classes)
        require_integer("inputs", self.inputs, 1, self.source.most_inputs)
        require_integer("examples", self.examples, 1)
        require_choice("order", self.order, ("mixed", "blocks"))
        require_integer("lesson", self.lesson, 0)
        require_integer("exam", self.exam, 0)
        require_choice("layout", self.layout, tuple(LAYOUTS))
        if self.labelled is not None:
            require_integer("labelled", self.labelled, 1, self.learners)
        refuse_contradictions(self)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> StreamState:
        maker = Maker(self.source, self.dealt, self.schedule, self.classes, self.inputs)
        lifetimes = maker(require_keys(episodes), inner_episode)
        answers = np.zeros_like(lifetimes.right[:, 0])  # (B, P, A)
        scores, step = np.zeros((len(episodes), 2), np.float32), np.zeros(len(episodes), np.int64)  # (B, 2), (B,)
        state = (*lifetimes, answers, scores, scores.copy(), step)
        return StreamState(*(xp.asarray(array, device=device) for array in state))

    def observation(self, state: StreamState) -> Array:
        return entry_of(state.shown, state.step)  # (B, P, F)

    def transition(self, state: StreamState, action: Array) -> StreamState:
        xp = namespace(action)
        right = self.right_answers(state)  # (B, P, A)
        scored = self.observation(state)[:, :, self.dealt.counts]  # (B, P)
        off = (action - right) * scored[:, :, None]  # (B, P, A)
        wrong = xp.sum(xp.reshape(off * off, (off.shape[0], -1)), axis=1)  # (B,)
        answering = xp.sum(scored, axis=1) * (self.port_actions / self.classes)  # (B,) learners whose answers count
        some = xp.where(answering > 0.0, answering, xp.ones_like(answering))  # (B,)
        error = wrong / (some * (1.0 - 1.0 / self.classes))  # (B,)
        scores = xp.stack([error, self.dealt.hits(action, right, scored)], axis=1)  # (B, 2)
        return state._replace(answers=action, scores=scores, totals=state.totals + scores, step=state.step + 1)

    def reward(self, state: StreamState, action: Array, next_state: StreamState) -> Array:
        return -next_state.scores[:, 0]

    def terminal(self, state: StreamState) -> Array:
        return state.step >= self.horizon

    def privileged(self, state: StreamState) -> Array:
        xp = namespace(state.shown)
        hidden = xp.reshape(state.prototypes, (state.prototypes.shape[0], -1))  # (B, C * I)
        right = self.right_answers(state)  # (B, P, A)
        return xp.concat([hidden, xp.reshape(right, (right.shape[0], -1))], axis=1)  # (B, C * I + P * A)

    def state_info(self, state: StreamState) -> dict[str, Array]:
        xp = namespace(state.shown)
        counted = xp.astype(self.schedule.counted(state.step), state.totals.dtype)  # (B,)
        means = state.totals / xp.where(counted > 0.0, counted, xp.ones_like(counted))[:, None]  # (B, 2)
        return {"error": means[:, 0], "accuracy": means[:, 1]}

    def agent_mask(self, state: StreamState) -> Array:
        if not self.lesson:
            return super().agent_mask(state)
        xp = namespace(state.shown)
        there = xp.asarray(self.schedule.there(), device=device_of(state.shown))  # (T + 1, P)
        return xp.take(there, state.step, axis=0)  # (B, P)

    def neighbours(self, state: StreamState) -> Array:
        if self.dealt.max_degree(self.ports, self.inputs) is None:
            return super().neighbours(state)
        return self.dealt.neighbours(state.shown[:, 0], self.inputs)  # (B, P, D)

    def right_answers(self, state: StreamState) -> Array:
        """What should be answered now, ones and zeros (B, P, A); behind the last step what should have been."""
        last = state.step < self.horizon  # (B,)
        return entry_of(state.right, namespace(state.shown).where(last, state.step, self.horizon - 1))  # (B, P, A)
