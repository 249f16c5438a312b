"""What tables say of how they came about."""

from baselines.analysis.tables import problem_tables
from tests.helpers.report_content import synthetic_result

RESULT = synthetic_result()


def captions(result):
    return " ".join(table.caption for table in problem_tables(result))


def test_settings_are_said_to_be_chosen_by_trials_where_trials_were_made_and_nowhere_else():
    assert RESULT.search.trials == 2
    assert "Settings of each: the best of 2 trials" in captions(RESULT)
    untried = tuple(agent.model_copy(update={"trials": ()}) for agent in RESULT.agents)
    said = captions(RESULT.model_copy(update={"agents": untried}))
    assert "the best of" not in said
    assert "Settings: the recipe's" in said
