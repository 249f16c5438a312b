"""What tables say of how they came about."""

from baselines.analysis.summary import make_problem
from baselines.analysis.tables import problem_tables
from baselines.experiments.recipes import RECIPES
from tests.helpers.report_content import make_agent, make_result, synthetic_result

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


def test_a_member_that_its_family_did_not_choose_is_not_said_to_have_failed():
    problem = make_problem(RECIPES["standard_parity"])
    taken = make_agent(problem, "badger", [0.8, 0.9]).model_copy(update={"family": "modular"})
    other = make_agent(problem, "badger_free", []).model_copy(update={"family": "modular", "chosen": False})
    (table, *_) = problem_tables(make_result([problem], [taken, other]))
    assert [row[:2] for row in table.rows][1] == ("badger free", "not chosen")
    assert "Not chosen: its family has a member that does better" in table.caption
    (table, *_) = problem_tables(make_result([problem], [taken, make_agent(problem, "commnet", [], planned=5)]))
    assert [row[:2] for row in table.rows][1] == ("commnet", "failed")
    assert "Not chosen" not in table.caption
