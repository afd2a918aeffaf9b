"""Results in notebooks: tables, and histograms as SVG without any script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Iterable, Sequence

import numpy as np

if TYPE_CHECKING:
    from .lanes import Certificate

_WIDTH, _HEIGHT, _MARGIN, _BARS = 420, 120, 24, 40


def number(value: Any) -> str:
    """A number as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return escape(str(value))


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], foot: str = "") -> str:
    """A table of numbers."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{number(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    below = f"<p>{escape(foot)}</p>" if foot else ""
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{lines}</tbody></table>{below}"
    )


def certificate(proof: Certificate) -> str:
    """A certificate as a table."""
    if proof.layers:
        head = ["layer", "sup|F|", "by", "|ΔW|", "|Ŵ|", "λ", "error", "rounding", "Lemma 1"]
        rows: Iterable[Sequence[Any]] = [
            (
                line.layer,
                line.input_norm,
                line.input_norm_by,
                line.delta_norm,
                line.pruned_norm,
                line.lambda_,
                line.error,
                line.rounding,
                line.promised,
            )
            for line in proof.layers
        ]
    else:
        head = ["node", "kind", "sup|F|", "by", "|ΔW|", "|Ŵ|", "error", "rounding"]
        rows = [
            (
                line.node,
                line.kind,
                line.output_norm,
                line.output_norm_by,
                line.delta_norm,
                line.pruned_norm,
                line.error,
                line.rounding,
            )
            for line in proof.nodes
        ]
    foot = f"certified: sup|F - Ĝ| ≤ {proof.total:.6g} = {proof.error:.6g} for the weights + {proof.rounding:.3g} for rounding"
    return table("Certificate", head, rows, foot)


def histogram(title: str, values: Any, axis: str, log: bool = False) -> str:
    """A histogram of numbers as an SVG picture."""
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[np.isfinite(numbers) & ((numbers > 0) if log else True)]
    if not len(numbers):
        return f"<p>{escape(title)}: nothing to show</p>"
    placed = np.log10(numbers) if log else numbers
    counts, edges = np.histogram(placed, bins=_BARS)
    wide, top = (_WIDTH - 2 * _MARGIN) / len(counts), _HEIGHT - 2 * _MARGIN
    bars = []
    for i, count in enumerate(counts.tolist()):
        high = top * count / int(counts.max())
        bars.append(
            f'<rect x="{_MARGIN + i * wide:.1f}" y="{_MARGIN + top - high:.1f}" '
            f'width="{max(wide - 1, 1):.1f}" height="{high:.1f}"/>'
        )
    low, high_end = (10 ** edges[0], 10 ** edges[-1]) if log else (edges[0], edges[-1])
    text = 'font-size="11" fill="currentColor"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><title>{escape(title)}</title>'
        f'<text x="{_MARGIN}" y="14" {text}>{escape(title)}</text>'
        f'<g fill="#4c78a8">{"".join(bars)}</g>'
        f'<text x="{_MARGIN}" y="{_HEIGHT - 8}" {text}>{low:.4g}</text>'
        f'<text x="{_WIDTH // 2}" y="{_HEIGHT - 8}" text-anchor="middle" {text}>{escape(axis)}</text>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 8}" text-anchor="end" {text}>{high_end:.4g}</text></svg>'
    )
