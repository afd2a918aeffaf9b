"""The pages of the book and the notebook are true: their Python runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

PYTHON = ROOT / "python"


@pytest.mark.parametrize(
    ("name", "packages", "left_out"),
    [("python.md", ["torch"], "no block"), ("dask.md", ["distributed", "joblib"], "import ray")],
)
def test_a_tutorial_runs(
    name: str, packages: list[str], left_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    page = ROOT / "docs" / "src" / "tutorials" / name
    if not page.exists():
        pytest.skip("the book is not here: the package stands outside of its repository")
    monkeypatch.chdir(tmp_path)
    found = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    run = [block for block in found if left_out not in block]
    assert len(run) > 4
    scope: dict[str, Any] = {}
    for block in run:
        exec(compile(block, str(page), "exec"), scope)


def test_the_notebook_runs(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    notebook = nbformat.read(PYTHON / "examples" / "from_pytorch.ipynb", as_version=4)
    given = [cell.source for cell in notebook.cells]
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    assert [cell.source for cell in notebook.cells] == given
    pages = [
        output["data"]["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output and "text/html" in output["data"]
    ]
    # The certificate as a table, the histogram of needs as a picture.
    assert any("<table>" in page and "Lemma 1" in page for page in pages)
    assert any("<svg" in page for page in pages)


def test_the_readme_names_what_there_is() -> None:
    import slth

    text = (PYTHON / "README.md").read_text(encoding="utf-8")
    for name in slth.__all__:
        if name[0].islower() and name not in ("methods",):
            assert name in text, name
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            assert (PYTHON / link).exists(), link
