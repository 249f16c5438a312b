"""What goes out of a view and what comes in is nobody else's memory."""

import numpy as np
import pytest

from badger_envs import SPECS
from badger_envs.testing.rules import same
from tests.helpers.cases import CASES, every_case
from tests.helpers.views import VIEWS, Player, every_view, nothing, spoil

STEPS = 25
SEVERAL_STEPS = [case for case in CASES if case.values[0].make_task(**case.values[1]).horizon > 1]


@every_case
@every_view
def test_a_view_goes_on_alike_whatever_is_done_to_what_it_gave_and_was_given(spec, arguments, view):
    kept, spoilt = (Player(VIEWS[view](spec.id, **arguments), say=say) for say in (nothing, spoil))
    steps = min(STEPS, 2 * spec.horizon(**arguments) + 1)
    assert same(kept.reset(seed=1), spoilt.reset(seed=1))
    for step in range(steps):
        assert same(kept.step(), spoilt.step()), step


@pytest.mark.parametrize("id", SPECS)
def test_metadata_and_spaces_of_one_environment_are_not_those_of_another(id):
    for make in VIEWS.values():
        one, other = make(id), make(id)
        one.metadata["render_modes"].append("window")
        assert "window" not in other.metadata["render_modes"]
        assert "window" not in make(id).metadata["render_modes"]
    one, other = (VIEWS["gymnasium"](id) for _ in range(2))
    one.observation_space.low[:] = 5.0
    assert not np.array_equal(one.observation_space.low, other.observation_space.low)
    assert not np.array_equal(one.observation_space.low, VIEWS["gymnasium"](id).observation_space.low)
