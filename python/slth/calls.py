"""What the commands of the program do, as functions."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Optional, Union, overload

from . import _slth
from .inputs import Inputs
from .network import Data, Network, Settings, Target, network_of, ron
from .progress import Asked, telling
from .results import Bounds, Check, Comparison, Learned, Run, Targets
from .shares import CONFIDENCE, CheckShare, RunShare, Shard, confidence_of, finished, shard_of
from .ticket import LearnedTicket, tickets_of

# Those of the command.
RUNS = 1000
_LEARNED_RUNS = 5


def bounds(
    target: Target,
    *,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    settings: Settings = (),
) -> Bounds:
    """Theory's numbers for every construction of `target`; nothing is built.

    target: a `Network`, a preset's name, a path, or a PyTorch module.
    inputs: the set X, a `Ball`, `Box`, `Signs` or `Points`, or an array of points × n₀; the unit ball unless a preset
        says otherwise.
    epsilon, delta: ε > 0 and δ in (0, 1), both 0.01 unless a preset says otherwise.
    settings: other fields of a preset, `{"norms": "Unit"}`; text is RON.

    Raises ValueError for what the engine refuses, OSError for a file that cannot be read.
    """
    setup = network_of(target).setup(inputs=inputs, epsilon=epsilon, delta=delta, settings=settings)
    return Bounds.from_json(_slth.bounds(setup))


@overload
def run(
    target: Target,
    *,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    data: Optional[Data] = None,
    shard: None = None,
    threads: Optional[int] = None,
    progress: Asked = None,
) -> Run: ...
@overload
def run(
    target: Target,
    *,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    data: Optional[Data] = None,
    shard: Shard,
    threads: Optional[int] = None,
    progress: Asked = None,
) -> RunShare: ...
def run(
    target: Target,
    *,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    data: Optional[Data] = None,
    shard: Optional[Shard] = None,
    threads: Optional[int] = None,
    progress: Asked = None,
) -> Union[Run, RunShare]:
    """Builds the random network, prunes it down to `target`, and certifies the result.

    methods: ids of constructions (`slth.methods()`), `"hyperbolic/on-demand"`; Theorem 3's by default.
    seed: of G; results depend on nothing else, neither threads nor machine.
    data: examples for learned methods in `settings`.
    shard: `"2/3"` builds the second of three shares of the layers, and returns them raw: shares merge by `a + b` or
        `slth.merge`, and `share.finish()` is the result.
    threads: of the engine; as many as there are processors by default.
    progress: True for a bar of tqdm, or a function of a `Progress`.
    The other arguments are those of `bounds`.
    """
    network = network_of(target)
    options: Dict[str, Any] = dict(
        inputs=inputs, epsilon=epsilon, delta=delta, methods=methods, seed=seed, settings=settings, data=data
    )
    if shard is None:
        return finished(network, options, None, threads, progress)
    part = shard_of(shard)
    with telling(progress) as told:
        built = _slth.run_share(network.setup(**options), part, threads, told)
    return RunShare(built, network, options)


def compare(
    target: Target,
    *,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    data: Optional[Data] = None,
    threads: Optional[int] = None,
    progress: Asked = None,
) -> Union[Comparison, Targets]:
    """Several constructions of one target side by side, or the targets of a preset that lists some. Arguments as `run`."""
    network = network_of(target)
    setup = network.setup(
        inputs=inputs, epsilon=epsilon, delta=delta, methods=methods, seed=seed, settings=settings, data=data
    )
    with telling(progress) as told:
        text, _, found = _slth.compare(setup, threads, told)
    if setup.has_targets:
        return Targets.from_json(text)
    result = Comparison.from_json(text)
    result.tickets = tickets_of(found, network if setup.is_graph else None, [])
    return result


@overload
def check(
    target: Target,
    *,
    runs: Optional[int] = None,
    learned_runs: Optional[int] = None,
    neurons_per_weight: Optional[float] = None,
    confidence: float = CONFIDENCE,
    shard: None = None,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    threads: Optional[int] = None,
    progress: Asked = None,
) -> Check: ...
@overload
def check(
    target: Target,
    *,
    runs: Optional[int] = None,
    learned_runs: Optional[int] = None,
    neurons_per_weight: Optional[float] = None,
    confidence: float = CONFIDENCE,
    shard: Shard,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    threads: Optional[int] = None,
    progress: Asked = None,
) -> CheckShare: ...
def check(
    target: Target,
    *,
    runs: Optional[int] = None,
    learned_runs: Optional[int] = None,
    neurons_per_weight: Optional[float] = None,
    confidence: float = CONFIDENCE,
    shard: Optional[Shard] = None,
    inputs: Optional[Inputs] = None,
    epsilon: Optional[float] = None,
    delta: Optional[float] = None,
    methods: Union[str, Iterable[str], None] = None,
    seed: Optional[int] = None,
    settings: Settings = (),
    threads: Optional[int] = None,
    progress: Asked = None,
) -> Union[Check, CheckShare]:
    """Repeats every construction with `runs` seeds, from `seed` on: failure rates with exact intervals.

    runs: of every construction, 1,000 by default.
    learned_runs: of every learned method of a preset; as many as `runs`, or 5 if those are not given either.
    neurons_per_weight: a budget in place of the theorem's bounds.
    confidence: of all intervals, in (0, 1).
    shard: `"3/64"` makes the third of 64 shares of the runs, and returns them raw: shares merge by `a + b` or
        `slth.merge`, and `share.report(confidence)` is the result.
    The other arguments are those of `run`.
    """
    part = (1, 1) if shard is None else shard_of(shard)
    confidence_of(confidence)
    setup = network_of(target).setup(
        inputs=inputs, epsilon=epsilon, delta=delta, methods=methods, seed=seed, settings=settings
    )
    budget = _budget(neurons_per_weight)
    learned = next(number for number in (learned_runs, runs, _LEARNED_RUNS) if number is not None)
    counts = _whole("runs", RUNS if runs is None else runs), _whole("learned_runs", learned)
    with telling(progress) as told:
        share = CheckShare(_slth.check(setup, *counts, budget, part, threads, told))
    return share.report(confidence) if shard is None else share


def _whole(name: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number < 2**63:
        raise ValueError(f"{name}: expected a whole number of at least 1, found {number!r}")
    return number


def _budget(neurons: Optional[float]) -> Optional[float]:
    if neurons is None:
        return None
    if not 0 < neurons < float("inf"):
        raise ValueError(f"neurons_per_weight: expected a finite number above 0, found {neurons!r}")
    return float(neurons)


def train(
    data: Data,
    *,
    widths: Iterable[int],
    steps: int,
    optimiser: str = "Adam(0.0012)",
    batch: int = 60,
    seed: int = 0,
    biases: bool = True,
    **options: object,
) -> Network:
    """Trains a network with ReLUs on `data`, as `target: Trained(..)` of a preset: widths n₀ … n_ℓ, logits last.

    optimiser: `"Adam(RATE)"` or `"Sgd(rate: RATE, momentum: M)"`. Other options by their names: `schedule`, `decay`.
    An interrupt ends the call at once; the training that nobody waits for goes on behind it to its last step.
    """
    names: Dict[str, object] = {
        "widths": list(widths),
        "optimiser": optimiser,
        "batch": batch,
        "steps": steps,
    }
    names.update(seed=seed, biases=biases, **options)
    written = ", ".join(f"{key}: {ron(key, value)}" for key, value in names.items())
    # The target says its own widths; the matrix is never looked at.
    setup = Network([[[1.0]]]).setup(data=data, settings={"target": f"Trained({written})"})
    names_of = [name if slope is None else f"{name}({slope})" for name, slope in setup.activations]
    return Network(setup.weights(), setup.biases(), names_of)


def edge_popup(
    data: Union[Data, Target],
    *,
    widths: Optional[Iterable[int]] = None,
    seed: int = 0,
    threads: Optional[int] = None,
    progress: Asked = None,
    **options: object,
) -> Learned:
    """A mask learned in a random network that is never trained (Ramanujan et al. 2019).

    data: `Data`, or a preset with data.
    widths: features, hidden layers, classes; those of the preset's target by default.
    options: as in presets: `keep=0.5`, `epochs=50`, `rate=0.1`, `weights="Normal"`.
    """
    return _learn("EdgePopup", data, widths, seed, threads, progress, options)


def rewind(
    data: Union[Data, Target],
    *,
    widths: Optional[Iterable[int]] = None,
    seed: int = 0,
    threads: Optional[int] = None,
    progress: Asked = None,
    **options: object,
) -> Learned:
    """Train, prune the smallest weights, rewind, train again (Frankle and Carbin 2019), with controls.

    options: as in presets: `rounds=5`, `rate=0.2`, `protocol="Frankle"`, `rewind="Step(100)"`,
        `controls=["FreshWeights", "RandomMask"]`.
    The other arguments are those of `edge_popup`.
    """
    return _learn("Rewinding", data, widths, seed, threads, progress, options)


def _learn(
    method: str,
    data: Union[Data, Target],
    widths: Optional[Iterable[int]],
    seed: int,
    threads: Optional[int],
    progress: Asked,
    options: Dict[str, object],
) -> Learned:
    if isinstance(data, Data):
        dataset: Optional[_slth.Dataset] = _slth.Dataset.of_arrays(data.parts())
        title = "own data"
    else:
        setup = network_of(data).setup()
        dataset, title = _slth.Dataset.of_setup(setup), setup.title
        widths = setup.widths if widths is None else widths
    if dataset is None:
        raise ValueError("data: expected Data or a preset with a field `data`, found a preset without")
    if widths is None:
        raise ValueError("widths: expected features, hidden layers and classes, found none")
    written = ", ".join(f"{key}: {ron(key, value)}" for key, value in options.items())
    with telling(progress) as told:
        text, ticket = _slth.learn(
            dataset, f"{method}({written})", [int(width) for width in widths], seed, title, threads, told
        )
    result = Learned.from_json(text)
    result.ticket = None if ticket is None else LearnedTicket(ticket)
    return result
