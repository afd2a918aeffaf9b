"""The two commands of the program's README need the Rust toolchain alone: they never build this package."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from conftest import ROOT


def test_the_package_is_no_default_member() -> None:
    if shutil.which("cargo") is None or not (ROOT / "Cargo.toml").exists():
        pytest.skip("cargo is not here, or the package stands outside of its repository")
    call = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    names = {package["id"]: package["name"] for package in found["packages"]}
    assert sorted(names[each] for each in found["workspace_members"]) == ["slth", "slth-python"]
    assert [names[each] for each in found["workspace_default_members"]] == ["slth"]


def test_the_program_knows_nothing_of_python() -> None:
    if shutil.which("cargo") is None or not (ROOT / "Cargo.toml").exists():
        pytest.skip("cargo is not here, or the package stands outside of its repository")
    call = ["cargo", "tree", "--offline", "--all-features", "--prefix", "none", "-p", "slth"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cargo tree does not work here: {done.stderr.strip()}")
    assert not [line for line in done.stdout.splitlines() if line.startswith(("pyo3", "numpy"))]
