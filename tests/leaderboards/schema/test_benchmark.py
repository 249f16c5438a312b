import json
import math

import pytest

from badger_envs.registry import SPECS, get_spec, reference_returns
from baselines.experiments.suites import SUITES as COMPARISONS
from leaderboards.schema.benchmark import BENCHMARKS, Benchmark, current_arguments, load_benchmark
from leaderboards.schema.make_benchmark import MIN_SEEDS, PROBLEMS, Chosen, describe, write_benchmark
from tests.leaderboards.helpers.make_submission import BENCHMARKS as TEST_BENCHMARKS
from tests.leaderboards.helpers.make_submission import TINY

FIRST_FIVE = {
    "Badger/Guessing-v0", "Badger/HiddenXOR-v0", "Badger/Routing-v0", "Badger/ModularReacher-v0",
    "Badger/ModularRobot-v0",
}  # fmt: skip


@pytest.mark.parametrize("name", Benchmark.names())
def test_benchmark_equals_the_registry(name):
    benchmark = load_benchmark(name)
    assert {problem.id for problem in benchmark.problems} == (FIRST_FIVE if name == "v1" else set(SPECS))
    for problem in benchmark.problems:
        spec = get_spec(problem.id)
        assert (problem.size_name, problem.metric) == (spec.size_argument, spec.metric)
        assert problem.train_size == getattr(spec.make_task(**problem.arguments), spec.size_argument)
        for number, size in problem.sizes.items():
            task = spec.make_task(**{**problem.arguments, spec.size_argument: number})
            assert task.arguments() == size.arguments
            assert spec.make_task(**size.arguments) == task
            assert size.horizon == task.horizon
            said = (size.lowest, size.highest, size.chance, size.reference)
            assert said == pytest.approx(
                (
                    reference_returns(task).lowest,
                    reference_returns(task).highest,
                    reference_returns(task).chance,
                    reference_returns(task).reference,
                ),
                rel=1e-12,
            )


def test_v1_equals_the_standard_comparison():
    benchmark = load_benchmark("v1")
    recipes = {recipe.name: recipe for recipe in COMPARISONS["standard_1"].recipes if recipe.tuned}
    assert [problem.name for problem in benchmark.problems] == list(recipes)
    for problem in benchmark.problems:
        recipe = recipes[problem.name]
        assert (problem.id, problem.arguments) == (recipe.task, recipe.arguments)
        assert set(problem.sizes) == {problem.train_size, *recipe.test_sizes}
        assert all(size.episodes == recipe.test_episodes for size in problem.sizes.values())
        assert all(size.first_episode == 0 for size in problem.sizes.values())
    assert benchmark.episode_set == "TEST"
    assert benchmark.min_seeds == MIN_SEEDS == COMPARISONS["standard_1"].seeds


def test_v2_equals_the_second_standard_comparison():
    benchmark, recipes = load_benchmark("v2"), COMPARISONS["standard"].recipes
    assert [f"standard_{problem.name}" for problem in benchmark.problems] == [recipe.name for recipe in recipes]
    for problem, recipe in zip(benchmark.problems, recipes, strict=True):
        assert (problem.id, problem.arguments) == (recipe.task, recipe.arguments)
        assert tuple(sorted(problem.sizes)) == recipe.test_sizes
        assert problem.ranked_sizes == recipe.trained_sizes
        assert {size.episodes for size in problem.sizes.values()} == {recipe.test_episodes}


@pytest.mark.parametrize(
    ("name", "problems", "folder"),
    [*((name, PROBLEMS[name], BENCHMARKS) for name in PROBLEMS), ("tiny", TINY, TEST_BENCHMARKS)],
)
def test_make_benchmark_writes_the_files_that_are_kept(name, problems, folder, tmp_path):
    written, kept = (
        json.loads(write_benchmark(name, problems, tmp_path).read_text()),
        json.loads((folder / f"{name}.json").read_text()),
    )
    assert written == describe(name, problems)
    for problem in kept["problems"]:  # what is published keeps the arguments that tasks took then
        for size in problem["sizes"].values():
            size["arguments"] = current_arguments(problem["id"], size["arguments"])
    # Reference returns may differ in their last digit between machines; what is published does not change for that.
    assert _rounded(written) == _rounded(kept)


def test_score_is_0_at_chance_1_at_the_reference_and_never_clipped():
    benchmark = load_benchmark("v1")
    assert benchmark.score("guessing", 3, -20.0) == 0.0
    assert benchmark.score("guessing", 3, -2.10546875) == 1.0
    assert benchmark.score("xor3", 2, -1.0) == -1.0
    assert benchmark.score("guessing", 3, 0.0) == pytest.approx(20 / (20 - 2.10546875))


@pytest.mark.parametrize("name", ["v99", "../v1", "/etc/passwd", "", "v1.json", "v1\0"])
def test_load_benchmark_refuses_unknown_names(name):
    with pytest.raises(ValueError, match="benchmark must be one of v1, v2, got"):
        load_benchmark(name)


def test_benchmark_refuses_unknown_problems():
    with pytest.raises(ValueError, match="problem must be one of guess, xor, got 'chess'"):
        load_benchmark("tiny", TEST_BENCHMARKS).problem("chess")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s.update(name="small"), "small.json|tiny"),
        (lambda s: s.update(more=1), "more"),
        (lambda s: s["problems"].append(s["problems"][0]), "each problem once"),
        (lambda s: s["problems"][0].update(train_size=9), "train size 9"),
        (lambda s: s["problems"][0]["sizes"]["1"].update(chance=math.nan), "finite"),
        (lambda s: s["problems"][0]["sizes"]["1"].update(chance=9.0), "lowest <= chance < reference <= highest"),
    ],
)
def test_load_benchmark_refuses_damaged_files(change, reason, tmp_path):
    content = json.loads((TEST_BENCHMARKS / "tiny.json").read_text())
    change(content)
    (tmp_path / "tiny.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=reason):
        load_benchmark("tiny", tmp_path)


def test_current_arguments_renames_and_drops_what_tasks_no_longer_take():
    assert current_arguments("Badger/Routing-v0", {"ports": 3, "topology": "direct"}) == {"ports": 3}
    assert current_arguments("Badger/ModularRobot-v0", {"trials": 2, "steps": 9}) == {"inner_episodes": 2, "steps": 9}
    assert current_arguments("Badger/Guessing-v0", {"dims": 3, "trials": 2}) == {"dims": 3, "trials": 2}
    with pytest.raises(ValueError, match="topology of Badger/Routing-v0 must be 'direct' or left out, got 'mesh'"):
        current_arguments("Badger/Routing-v0", {"topology": "mesh"})


def test_v1_keeps_its_arguments_and_is_read_with_those_of_today():
    stored = json.loads((BENCHMARKS / "v1.json").read_text())
    of_routing, of_robots = (
        next(problem for problem in stored["problems"] if problem["id"] == id)
        for id in ("Badger/Routing-v0", "Badger/ModularRobot-v0")
    )
    assert {size["arguments"]["topology"] for size in of_routing["sizes"].values()} == {"direct"}
    assert {size["arguments"]["trials"] for size in of_robots["sizes"].values()} == {1}
    read = load_benchmark("v1")
    assert all("topology" not in size.arguments for size in read.problem("routing3").sizes.values())
    assert all(size.arguments["inner_episodes"] == 1 for size in read.problem("robot_ppo").sizes.values())


def test_benchmark_may_name_mesh_routing(tmp_path):
    chosen = Chosen("mesh", "Badger/MeshRouting-v0", {"ports": 4}, (4, 6), 10)
    write_benchmark("mesh", [chosen], tmp_path)
    problem = load_benchmark("mesh", tmp_path).problem("mesh")
    assert (problem.id, problem.size_name, sorted(problem.sizes)) == ("Badger/MeshRouting-v0", "ports", [4, 6])
    assert (problem.sizes[4].chance, problem.sizes[4].reference) == (0.0, 49.0)


def _rounded(content):
    return json.loads(json.dumps(content), parse_float=lambda text: float(f"{float(text):.12g}"))
