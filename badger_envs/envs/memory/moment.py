"""What happens in which step of a lifetime of Memory. Axis letters as in `badger_envs.core.task`."""

from typing import NamedTuple

from badger_envs.core.arrays import Array, entry_of, namespace


class Moment(NamedTuple):
    """What happens in the step that comes next."""

    cycle: Array  # (B,) number of the cycle, from 0
    pair: Array  # (B,) number of the pair that is written or asked for, or will be asked for first
    writes: Array  # (B,) bool, whether a pair is written
    asks: Array  # (B,) bool, whether a pair is asked for
    counts: Array  # (B,) bool, whether answers count


def moment(step: Array, order: Array, *, pairs: int, rounds: int, cycles: int) -> Moment:
    """What happens after so many steps.

    Args:
        step: steps played, whole numbers (B,); once all is over it is as in the last step.
        order: number of the pair that each question asks for, (B, Q).
        pairs: of a cycle.
        rounds: steps of a question before the answers count.
        cycles: of a lifetime.
    """
    where, length = namespace(step).where, cycle_steps(pairs, rounds)
    now = where(step < cycles * length, step, cycles * length - 1)  # (B,)
    cycle, at = now // length, now % length  # 2 x (B,)
    since = at - pairs - 1  # (B,) the shock, which the quiet step comes before
    writes, asks = at < pairs, since >= 0  # 2 x (B,)
    first, question = cycle * pairs, where(asks, since // (rounds + 1), 0)  # 2 x (B,)
    pair = where(writes, first + at, entry_of(order, first + question))  # (B,)
    return Moment(cycle, pair, writes, asks, asks & (since % (rounds + 1) == rounds))


def questions_over(step: Array, *, pairs: int, rounds: int) -> Array:
    """How many questions' answers have counted after so many steps, (B,); arguments as for `moment`."""
    where, length = namespace(step).where, cycle_steps(pairs, rounds)
    since = step % length - pairs - 1  # (B,)
    return step // length * pairs + where(since > 0, since // (rounds + 1), 0)  # (B,)


def cycle_steps(pairs: int, rounds: int) -> int:
    """Steps of a cycle: to write, a quiet one, and to ask."""
    return pairs + 1 + pairs * (rounds + 1)
