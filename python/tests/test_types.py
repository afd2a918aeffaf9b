"""The package is typed: mypy finds nothing, and the stubs are those of the native part."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


def mypy(*arguments: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(autouse=True)
def _needs_mypy() -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")


def test_strict_mypy(tmp_path: Path) -> None:
    mypy("mypy", "--strict", "--cache-dir", str(tmp_path), "slth", cwd=HERE)


def test_stubs_are_those_of_the_native_part(tmp_path: Path) -> None:
    # Away from the sources: what is installed is looked at.
    mypy("mypy.stubtest", "slth._slth", "--ignore-missing-stub", cwd=tmp_path)
