"""Colours and shapes of the charts. Colour is never alone: a shape or a word says the same."""

from __future__ import annotations

# hues that colour-blind readers can distinguish (after Okabe and Ito), on white and on near-black
COLORS = {
    "tension": "#D55E00",
    "relief": "#0085CA",
    "attention": "#7B6F00",
    "word count": "#7A7A7A",
    "escalation": "#D55E00",
    "deescalation": "#0085CA",
    "mixed": "#8E6BBF",
    "none": "#7A7A7A",
    "unread": "#7A7A7A",
}
DIRECTION_SHAPES = {
    "escalation": "triangle",
    "deescalation": "path://M0,0L20,0L10,17z",
    "mixed": "diamond",
    "none": "circle",
    "unread": "emptyCircle",
}
GREY = "#7A7A7A"
PRICE_COLORS = ("#B8860B", "#8E6BBF", "#3F9B6E", "#7A7A7A")
DASHES = ("dashed", "dotted", [8, 3, 2, 3], [2, 5])  # of prices: distinct without colour too
