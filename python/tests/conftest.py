"""What several tests share."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

ROOT = Path(__file__).resolve().parents[2]
ELAPSED = re.compile(r'"elapsed_seconds": [^,\n]*')


def without_time(text: str) -> str:
    """A JSON text of the program without its only key that differs between two runs."""
    return ELAPSED.sub('"elapsed_seconds": 0', text)


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Calls the program `slth` of this repository, and returns what it prints."""
    built = [ROOT / "target" / profile / "slth" for profile in ("release", "debug")]
    found = os.environ.get("SLTH_PROGRAM") or next((str(path) for path in built if path.exists()), None)
    if found is None:
        pytest.skip("the program slth is not built (`cargo build --release`)")

    def call(*arguments: str, cwd: Path = ROOT) -> str:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run([found, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    return call


@pytest.fixture
def cases() -> Path:
    """The files of the program's own tests."""
    folder = ROOT / "tests" / "cases"
    if not folder.exists():
        pytest.skip("tests/cases is not here: the package stands outside of its repository")
    return folder
