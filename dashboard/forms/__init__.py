"""The forms of charts.

Rows come in the order in which they are to be seen. Each mark carries its numbers as a
description, which the page shows to those who point at it.
"""

from dashboard.forms.bars import bars, columns
from dashboard.forms.lines import lines
from dashboard.forms.matrix import matrix
from dashboard.forms.points import intervals, pairs
from dashboard.forms.shared import Measure, one_line

__all__ = [
    "Measure",
    "bars",
    "columns",
    "intervals",
    "lines",
    "matrix",
    "one_line",
    "pairs",
]
