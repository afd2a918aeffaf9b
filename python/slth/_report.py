"""From the program's JSON to dataclasses, and to tables."""

from __future__ import annotations

import functools
import json
from dataclasses import fields, is_dataclass
from typing import (
    Any,
    Callable,
    Dict,
    List,
    Optional,
    Type,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

Count = Union[int, float, str]
"""A number of neurons or weights; text beyond float64 (`"4.2657e683"`)."""

T = TypeVar("T")
R = TypeVar("R", bound="Report")
Table = Dict[str, Any]


@functools.lru_cache(maxsize=None)
def keys(kind: Any) -> Dict[str, str]:
    """The JSON's key for each field: its name, without the `_` that keeps it off Python's words."""
    return {each.name: each.metadata.get("key", each.name.rstrip("_")) for each in fields(kind)}


@functools.lru_cache(maxsize=None)
def _readers(kind: Any) -> List[Any]:
    """Name, key and reader of each field; no reader for a value that stays as it is."""
    hints = get_type_hints(kind)
    return [(name, key, _reader(hints[name])) for name, key in keys(kind).items()]


def _reader(hint: Any) -> Optional[Callable[[Any], Any]]:
    if get_origin(hint) is Union:
        return next((each for each in map(_reader, get_args(hint)) if each is not None), None)
    if get_origin(hint) is list:
        each = _reader(get_args(hint)[0])
        return None if each is None else functools.partial(_list, each)
    return functools.partial(read, hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _list(each: Callable[[Any], Any], entries: List[Any]) -> List[Any]:
    return [each(entry) for entry in entries]


def read(kind: Type[T], data: Dict[str, Any]) -> T:
    """A dataclass of a JSON object. Keys without a field are left out."""
    of: Any = kind
    given: Dict[str, Any] = {}
    for name, key, reader in _readers(of):
        if key in data:
            value = data[key]
            given[name] = value if reader is None or value is None else reader(value)
    return kind(**given)


def frame(rows: List[Table]) -> Any:
    """A pandas DataFrame of rows."""
    try:
        import pandas
    except ImportError:
        raise ImportError(
            "to_pandas: expected the package pandas, found none: `pip install pandas`"
        ) from None
    return pandas.DataFrame(rows)


def flat(value: Any, prefix: str = "") -> Table:
    """The plain fields of a dataclass, those of dataclasses in it as `outer.inner`; lists are left out."""
    row: Table = {}
    for each in fields(value):
        name, found = prefix + each.name.rstrip("_"), getattr(value, each.name)
        if is_dataclass(found) and not isinstance(found, type):
            row.update(flat(found, f"{name}."))
        elif not isinstance(found, (list, dict)):
            row[name] = found
    return row


class Report:
    """A result of the engine: `json` is the program's text for it, byte for byte."""

    json: str = ""

    def to_json(self) -> str:
        """The text that the program prints with `--json`."""
        return self.json

    @classmethod
    def from_json(cls: Type[R], text: str) -> R:
        """The result of such a text, as the program or `to_json` wrote it."""
        report = read(cls, json.loads(text))
        report.json = text
        return report
