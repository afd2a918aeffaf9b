"""Results are the program's, byte for byte, and plain dataclasses."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Callable, get_args, get_type_hints

import numpy as np
import pytest

import slth
from conftest import ROOT, without_time
from slth import _report


@pytest.mark.parametrize("preset", ["tiny", "malach-vs-hyperbolic", "conv"])
def test_json_is_the_program_s(program: Callable[..., str], preset: str) -> None:
    assert slth.bounds(preset).to_json() == program("bounds", preset, "--json")
    assert without_time(slth.run(preset).to_json()) == without_time(program("run", preset, "--json"))
    assert without_time(slth.compare(preset).to_json()) == without_time(program("compare", preset, "--json"))


def test_json_of_a_check_is_the_program_s(program: Callable[..., str]) -> None:
    found = slth.check("tiny", runs=300, neurons_per_weight=60.0, confidence=0.9)
    arguments = [
        "check",
        "tiny",
        "--runs",
        "300",
        "--neurons-per-weight",
        "60",
        "--confidence",
        "0.9",
        "--json",
    ]
    assert without_time(found.to_json()) == without_time(program(*arguments))


def test_json_of_a_learned_preset_is_the_program_s(program: Callable[..., str]) -> None:
    learned = "learned=[EdgePopup(widths: [64, 20, 10], epochs: 1)]"
    found = slth.run("digits-learned", settings=[learned, "constructions=[Hyperbolic()]"], seed=3)
    arguments = ["run", "digits-learned", "--json", "--seed", "3", "--set", learned]
    expected = program(*arguments, "--set", "constructions=[Hyperbolic()]")
    assert without_time(found.to_json()) == without_time(expected)
    assert isinstance(found.ticket(1), slth.LearnedTicket)


def test_json_of_arrays_is_that_of_their_preset(program: Callable[..., str], tmp_path: Any) -> None:
    rng = np.random.default_rng(1)
    network = slth.Network(
        [rng.uniform(-0.5, 0.5, (3, 4)), rng.uniform(-0.5, 0.5, (2, 3))], [np.ones(3) / 8, None]
    )
    (tmp_path / "own network").write_text(network.to_ron(), encoding="utf-8")
    expected = program("run", str(tmp_path / "own network"), "--json")
    assert without_time(slth.run(network).to_json()) == without_time(expected)


def test_results_do_not_depend_on_threads() -> None:
    texts = {without_time(slth.run("deep", threads=threads).to_json()) for threads in (1, 2, 3, None)}
    assert len(texts) == 1


def test_a_result_is_read_back_from_its_json() -> None:
    run = slth.run("tiny")
    read = slth.Run.from_json(run.to_json())
    assert read == run and read.to_json() == run.to_json()
    assert dataclasses.is_dataclass(run) and run.lanes[0].error.epsilon == run.epsilon


def schema(name: str) -> Any:
    path = ROOT / "docs" / "src" / "schemas" / f"{name}.schema.json"
    if not path.exists():
        pytest.skip("the schemas are not here: the package stands outside of its repository")
    return json.loads(path.read_text(encoding="utf-8"))


def objects(of: Any, name: str) -> list[Any]:
    """The objects that a schema's entry may be."""
    if "$ref" in of:
        name, _, place = of["$ref"].partition("#/$defs/")
        return objects(schema("common")["$defs"][place], "common")
    if "anyOf" in of:
        return [each for one in of["anyOf"] for each in objects(one, name)]
    if "items" in of:
        return objects(of["items"], name)
    return [of] if "properties" in of else []


def compare_with(kind: Any, entries: list[Any]) -> int:
    """Each field of a dataclass is a key of its schema, and each key a field; likewise in the dataclasses in it."""
    written = {key: name for name, key in _report.keys(kind).items()}
    allowed = {key: value for entry in entries for key, value in entry["properties"].items()}
    assert set(written) == set(allowed), kind
    compared = 1
    for key, of in allowed.items():
        hint = get_type_hints(kind)[written[key]]
        inner = [each for each in (hint, *get_args(hint)) if dataclasses.is_dataclass(each)]
        if inner:
            compared += compare_with(inner[0], objects(of, ""))
    return compared


def test_dataclasses_have_the_keys_of_the_schemas() -> None:
    compared = 0
    for kind, name in (
        (slth.Run, "run"),
        (slth.Comparison, "compare"),
        (slth.Targets, "targets"),
        (slth.Bounds, "bounds"),
        (slth.Check, "check"),
    ):
        compared += compare_with(kind, [schema(name)])
    compare_with(slth.Learned, [schema("common")["$defs"]["learned"]])
    assert compared > 40


def test_needs_are_those_of_the_runs() -> None:
    check = slth.check("tiny", runs=200)
    needs = check.needs()
    assert len(needs) == 200 - check.lanes[0].network.failures.count
    assert (np.diff(needs) >= 0).all()
    # One run by itself: the largest layer decides.
    one = slth.run("tiny", settings=["constructions=[Hyperbolic()]"]).lanes[0]
    need = max(int(layer.neurons_sampled) / layer.weights for layer in one.layers)
    assert need in needs


def test_tables() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    run = slth.run("malach-vs-hyperbolic")
    table = run.to_pandas()
    assert len(table) == sum(len(lane.layers) for lane in run.lanes)
    assert list(table["kept_neurons"]) == [layer.kept_neurons for lane in run.lanes for layer in lane.layers]
    assert len(run.lanes[0].certificate.to_pandas()) == len(run.lanes[0].layers)  # type: ignore[union-attr]
    assert set(slth.compare("malach-vs-hyperbolic").to_pandas()["method"]) == {
        lane.method for lane in run.lanes
    }
    assert "failures.rate" in slth.check("tiny", runs=20).to_pandas()
    assert "neurons_per_weight" in slth.bounds("tiny").to_pandas()


def test_pages_in_notebooks_are_well_formed() -> None:
    from xml.etree import ElementTree

    check = slth.check("tiny", runs=100)
    run = slth.run("tiny")
    graph = slth.run("conv", methods="hyperbolic/first-fit")
    shown = [
        run,
        run.certificate,
        run.ticket(),
        graph,
        graph.certificate,
        check,
        slth.bounds("tiny"),
        slth.compare("tiny"),
    ]
    for each in shown:
        text = each._repr_html_()  # type: ignore[union-attr]
        page = ElementTree.fromstring(f"<div>{text}</div>")
        assert page.findall(".//table/tbody/tr"), each
    picture = ElementTree.fromstring(f"<div>{check._repr_html_()}</div>")
    bars = [float(bar.get("height", "0")) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(bars) == 40 and max(bars) == 72
    assert "script" not in check._repr_html_()


def test_results_are_shown_in_a_line() -> None:
    shown = [slth.run("tiny"), slth.compare("tiny"), slth.bounds("tiny"), slth.check("tiny", runs=20)]
    for each in shown:
        assert repr(each).startswith(f"{type(each).__name__}('Tiny: 2-3-2") and len(repr(each)) < 250, repr(
            each
        )
    assert "hyperbolic/first-fit holds" in repr(shown[0]) and "0 of 20 failed" in repr(shown[3])


def test_names_of_others_are_escaped() -> None:
    run = slth.run(slth.Network([[[0.5]]]), settings={"title": '"<script>alert(1)</script>"'})
    assert "<script>" not in run._repr_html_() and "&lt;script&gt;" in run._repr_html_()
