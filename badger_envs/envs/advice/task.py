"""Advice: sources of unknown reliability advise, every port must answer as if it knew whom to believe.

Selects for trust that is learned in a lifetime: a majority vote is worth nothing where some sources lie.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from badger_envs.core.arrays import Array, Bounds, entry_of, namespace
from badger_envs.core.checks import require_choice, require_integer
from badger_envs.core.episodes import Keys, require_keys, uniform
from badger_envs.core.questions import Questions

MIN_SOURCES, MAX_SOURCES = 2, 64
KINDS = {"mixed": (0.9, 0.5, 0.1), "helpful": (0.9, 0.5)}
"""How often the kinds of sources are right: experts, idiots and liars."""


class AdviceState(NamedTuple):
    """Everything that changes, and what is hidden."""

    advice: Array  # (B, Q, P) -1 or 1, for each question
    reliability: Array  # (B, S, P) how often a source is right, in each stretch of questions; hidden
    truth: Array  # (B, Q) the right answers, -1 or 1
    last: Array  # (B, P) the previous answers, 0 at first
    payoff: Array  # (B,) of the last answers that counted, 0 at first
    step: Array  # (B,) steps played, a whole number


@dataclass(frozen=True)
class Advice(Questions[AdviceState]):
    """Answer questions by the advice of sources that are right nearly always, half of the time, or nearly never.

    Every port has a source of its own. A question is `rounds` steps to talk and one step whose answers count; a
    lifetime is `questions` of them. Every source has a hidden reliability: with `kinds` "mixed" .9 (an expert), .5 (an
    idiot) or .1 (a liar), with "helpful" .9 or .5, all equally likely. The truth of a question is -1 or 1; a source
    advises it with the probability of its reliability, and else the opposite.

    ## Observation
    One port per source. A port shows the advice of its source, -1 or 1; its own last answer (0 at first); the truth of
    the question before (0 in the first one, and always with `feedback` "none"); 1 if the answer it gives now counts and
    0 otherwise; and the fraction of the lifetime that is left. Nobody is shown a reliability or a record.

    ## Action
    One number in [-1, 1] per port: its answer, 0 for no idea.

    ## Reward
    When the answers count: mean(answer * truth) over the ports, which is 1 if all are right; 0 at other steps. It tells
    the truth, so `feedback` "none" means nothing to a policy that sees rewards, such as RL2.

    ## Episode end
    Terminated after questions * (rounds + 1) steps.

    ## Reference returns
    As the mean payoff of a question, of 20 questions, by number of sources:

    | mixed | 2 | 3 | 5 | 8 | 16 |
    |---|---|---|---|---|---|
    | chance; and a majority vote | 0 | 0 | 0 | 0 | 0 |
    | own source with learned trust: no messages | .49 | .49 | .49 | .49 | .49 |
    | the most trusted source | .63 | .68 | .71 | .72 | .72 |
    | reference: all, each by its learned trust | .63 | .73 | .83 | .90 | .94 |

    With "helpful" the majority of 5 is worth .67 and the reference .81. The reference is exactly Bayes: m is the
    posterior mean of a source's reliability by its record, and sign(sum(advice * log(m / (1 - m)))) the answer (with
    known reliabilities the optimal weighted majority: Nitzan, Paroush 1982). Without feedback a source is judged by
    what the others said: 5 sources .71. `reference_returns` gives all as returns.

    ## Arguments
    `sources`: 2 to 64. `questions`: at least 1. `rounds`: steps of each question before the answers count, at least 0.
    `kinds`: "mixed" or "helpful". `feedback`: "truth", or "none" with helpful sources: with liars among them nobody
    could tell truth from lie. `switch_every`: questions after which all sources get a new reliability, at least 1, or
    None for never.

    ## Version history
    v0: first version.
    """

    sources: int = 5
    questions: int = 20
    rounds: int = 1
    kinds: str = "mixed"
    feedback: str = "truth"
    switch_every: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("sources", self.sources, MIN_SOURCES, MAX_SOURCES)
        require_choice("kinds", self.kinds, tuple(KINDS))
        require_choice("feedback", self.feedback, ("truth", "none"))
        if self.feedback == "none" and self.kinds == "mixed":
            raise ValueError(
                "feedback must be 'truth' with kinds='mixed', got 'none': sources say the same with every reliability "
                "and every truth turned round, so nobody could tell"
            )
        if self.switch_every is not None:
            require_integer("switch_every", self.switch_every, 1)

    def initial(self, episodes: Keys, *, inner_episode: int = 0, xp: Any = np, device: Any = None) -> AdviceState:
        # The stream of an episode: reliabilities, then truths and advice of inner episode 0, of inner episode 1, ...
        batch, stretches = len(require_keys(episodes)), -(-self.questions // self.stretch)
        rates = np.asarray(KINDS[self.kinds], np.float32)  # (N,)
        hidden, asked = stretches * self.sources, self.questions * (self.sources + 1)
        kind = np.floor(uniform(episodes, hidden) * np.float32(len(rates))).astype(np.int64)  # (B, S * P)
        reliability = rates[kind].reshape(batch, -1, self.sources)  # (B, S, P)
        drawn = uniform(episodes, asked, first=hidden + inner_episode * asked)  # (B, Q * (P + 1))
        drawn = drawn.reshape(batch, self.questions, -1)  # (B, Q, P + 1)
        truth = np.where(drawn[:, :, 0] < 0.5, np.float32(-1.0), np.float32(1.0))  # (B, Q)
        right = drawn[:, :, 1:] < reliability[:, np.arange(self.questions) // self.stretch]  # (B, Q, P)
        advice = np.where(right, truth[:, :, None], -truth[:, :, None])  # (B, Q, P)
        last = np.zeros((batch, self.sources), np.float32)  # (B, P)
        state = (advice, reliability, truth, last, last[:, 0].copy(), np.zeros(batch, np.int64))
        return AdviceState(*(xp.asarray(array, device=device) for array in state))

    def shown(self, state: AdviceState) -> Array:
        return entry_of(state.advice, self.asked(state))  # (B, P)

    def right_answers(self, state: AdviceState) -> Array:
        return state.truth

    @property
    def tells_truth(self) -> bool:
        return self.feedback == "truth"

    def privileged(self, state: AdviceState) -> Array:
        asked = self.asked(state)  # (B,)
        reliability = entry_of(state.reliability, asked // self.stretch)  # (B, P)
        return namespace(state.last).concat([reliability, entry_of(state.truth, asked)[:, None]], axis=1)  # (B, P+1)

    @property
    def ports(self) -> int:
        return self.sources

    @property
    def privileged_bounds(self) -> Bounds:
        low = np.repeat(np.asarray([0, -1], np.float32), [self.sources, 1])  # (P + 1,)
        return Bounds(low, np.ones_like(low))

    @property
    def stretch(self) -> int:
        """Questions that have reliabilities in common."""
        return self.switch_every or self.questions
