"""Clusters of articles that hang together by likeness: joined, parted, kept in order.

A cluster knows how alike each two of its articles are; which of them are one story is found by linkage.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.stories.features import SKETCH
from monitor.stories.likeness import likeness
from monitor.stories.nearest import HalfDay

HANGING = 200  # articles that are sorted into stories together


@dataclass(slots=True, eq=False)
class Node:
    id: int
    order: tuple
    reported: bool
    bucket: HalfDay
    row: int | None = None  # in the bucket; None: it follows another
    story: int | None = None
    cluster: Cluster | None = None  # likewise
    follows: Node | None = None
    followers: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Cluster:
    """Articles that hang together, in their order, and how alike each two are; None: all as alike as can be."""

    nodes: list[Node]
    matrix: np.ndarray | None = None

    def alike(self) -> np.ndarray:
        return np.ones((len(self.nodes),) * 2, np.float32) if self.matrix is None else self.matrix

    def settle(self) -> None:
        """What is one story now stays so."""
        stories = np.array([-1 if node.story is None else node.story for node in self.nodes])
        together = (stories[:, None] == stories[None]) & (stories >= 0)
        self.matrix = np.where(together, np.float32(1), self.alike())

    def part(self, chosen: Sequence[int]) -> Cluster:
        made = Cluster([self.nodes[n] for n in chosen], self.alike()[np.ix_(chosen, chosen)])
        for node in made.nodes:
            node.cluster = made
        return made


def parts_of(cluster: Cluster, join: float) -> list[Cluster]:
    """What articles that hang together fall into when the weakest links are cut, until the largest part has room;
    none where they all hold.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    far = 1 - cluster.alike()[np.triu_indices(len(cluster.nodes), 1)].astype(np.float64)
    chain = linkage(far, "single")
    for level in np.arange(join, 1.0, 0.02):
        labels = fcluster(chain, 1 - level, "distance")
        if np.bincount(labels).max() <= HANGING * 3 // 4:
            return [cluster.part(np.flatnonzero(labels == number).tolist()) for number in range(1, labels.max() + 1)]
    return []


def together(clusters: Sequence[Cluster], known: Mapping[int, float]) -> Cluster:
    """One cluster of several, with how alike each article of one is to each of another. `known`: how alike the first
    article is to others, by their ids, as far as that was asked before.
    """
    nodes = [node for cluster in clusters for node in cluster.nodes]
    whose = np.repeat(np.arange(len(clusters)), [len(c.nodes) for c in clusters])
    matrix = np.zeros((len(nodes),) * 2, np.float32)
    asked = whose[:, None] < whose[None]
    for n, node in enumerate(nodes):
        if node.id in known:
            matrix[0, n] = matrix[n, 0] = known[node.id]
            asked[0, n] = False
    if asked.any():
        sketches, (a, b) = sketches_of(nodes), np.nonzero(asked)
        matrix[a, b] = matrix[b, a] = likeness(sketches[a], sketches[b])
    start = 0
    for cluster in clusters:
        end = start + len(cluster.nodes)
        matrix[start:end, start:end] = cluster.alike()
        start = end
    made = Cluster(nodes, matrix)
    in_order(made)
    return made


def sketches_of(nodes: Sequence[Node]) -> np.ndarray:
    made = np.empty(len(nodes), SKETCH)
    for n, node in enumerate(nodes):
        made[n] = node.bucket.sketches[node.row]
    return made


def in_order(cluster: Cluster) -> None:
    """Ties between equally alike groups fall by the order of the articles, so that is always the same."""
    order = sorted(range(len(cluster.nodes)), key=lambda n: cluster.nodes[n].order)
    cluster.nodes = [cluster.nodes[n] for n in order]
    if cluster.matrix is not None:
        cluster.matrix = cluster.matrix[np.ix_(order, order)]
