"""Puts articles into stories as they come, whatever their order.

features -> those near it in meaning or words -> likeness -> the articles it hangs together with -> groups of these ->
stories

Two articles are linked where one is as likely as JOIN to report the event of the other. What hangs together by links
is sorted anew into groups whenever an article joins it, by average linkage (linkage.py); a group is a story. So a
later report may bring two stories together, or divide one, and what is in a story depends on the articles of the
window alone, not on the order in which they came. Its id does: it is that of the article that opened it, and of two
stories that turn out to be one the smaller id stays; where one is divided, the part with the article that opened it
keeps the id.

More ties: what was placed by an earlier run stays together (`restore`), and so does what is left of a story when its
older articles are forgotten. Of a crowd only the nearest are compared (COMPARED); more than HANGING articles that
hang together are parted at their weakest links, and where they are all one event, the next ones follow the article
that they are most like, as do copies of a text of which there are COPIES already. Articles without a tie to the
theatre are joined by their words alone, to each other, and one that is joined to none has no story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np

from monitor.stories.features import SKETCH, VECTOR, Features
from monitor.stories.likeness import SAME, SPAN, likeness, shipped
from monitor.stories.linkage import groups

WINDOW = timedelta(days=7)  # how long an article is remembered
COMPARED = 64  # articles that one is compared with, the nearest
NEAR = 0.2  # how near they have to be: cosine of their meaning ...
COPIED = 0.5  # share of its words that what has no tie to the theatre has in common with what may be its copy
WORD = 0.07  # ... and this for each rare word that they share
COPIES = 12  # copies of one text that are sorted; later ones follow the most alike of them
HANGING = 200  # articles that are sorted into stories together
WORDS = 64 * (SKETCH["text"].shape[0] + int(np.prod(SKETCH["title"].shape)))  # bits that words may set
_BUCKET = timedelta(hours=12)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placement:
    """What an article changed: its story, every article whose story is now another, and (was, went to) of stories
    that are no more.
    """

    story: int | None
    changed: dict[int, int | None]
    merged: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    id: int
    order: tuple
    reported: bool
    bucket: _Bucket
    row: int  # in the bucket
    story: int | None = None
    cluster: _Cluster | None = None  # None: it follows another
    follows: _Node | None = None
    followers: list[_Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Cluster:
    """Articles that hang together, in their order, and how alike each two are; None: all as alike as can be."""

    nodes: list[_Node]
    matrix: np.ndarray | None = None

    def alike(self) -> np.ndarray:
        return np.ones((len(self.nodes),) * 2, np.float32) if self.matrix is None else self.matrix

    def settle(self) -> None:
        """What is one story now stays so."""
        stories = np.array([-1 if node.story is None else node.story for node in self.nodes])
        together = (stories[:, None] == stories[None]) & (stories >= 0)
        self.matrix = np.where(together, np.float32(1), self.alike())

    def part(self, chosen: Sequence[int]) -> _Cluster:
        made = _Cluster([self.nodes[n] for n in chosen], self.alike()[np.ix_(chosen, chosen)])
        for node in made.nodes:
            node.cluster = made
        return made


class _Bucket:
    """The articles of half a day, of one kind: tied to the theatre or not."""

    def __init__(self, topical: bool) -> None:
        self.topical = topical
        self.nodes: list[_Node | None] = []
        self.sketches = np.zeros(32, SKETCH)
        # Whole numbers, so that sums are exact and the same in any order; what has no tie to the theatre has no vector.
        self.vectors = np.zeros((32 if topical else 0, VECTOR), np.float32)
        self.norms = np.ones(len(self.vectors), np.float32)
        # A row for each bit that a word may set, in it a bit for each article: those of one article's words are counted
        # together, which is three times as fast as comparing it with each other one.
        self.words = np.zeros((WORDS, 4), np.uint8)

    def put(self, article: Features) -> int:
        row = len(self.nodes)
        if row == len(self.sketches):
            self.sketches, self.vectors, self.norms = (
                np.concatenate([kept, np.zeros_like(kept)]) for kept in (self.sketches, self.vectors, self.norms)
            )
            self.words = np.concatenate([self.words, np.zeros_like(self.words)], 1)
        self.nodes.append(None)
        self.write(row, article)
        return row

    def write(self, row: int, article: Features) -> None:
        self.sketches[row] = article.sketch
        self._forget_words(row)
        self.words[_words(article.sketch), row // 8] |= 128 >> row % 8
        if self.topical:
            self.vectors[row] = article.sketch["vector"]
            self.norms[row] = max(1.0, float(np.sqrt(np.square(self.vectors[row]).sum())))

    def hide(self, row: int) -> None:
        """Nothing is compared with this article any more."""
        self.sketches[row] = np.zeros((), SKETCH)
        self._forget_words(row)
        if self.topical:
            self.vectors[row] = 0

    def _forget_words(self, row: int) -> None:
        self.words[:, row // 8] &= 255 - (128 >> row % 8)

    def near(self, sketch: np.void, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(rows, how near) of the articles that may be like it; `own`: the bits of its words."""
        size = len(self.nodes)
        shared = np.unpackbits(self.words[own, : -(-size // 8)], axis=1, count=size)
        shared = shared.sum(0, dtype=np.uint8 if len(own) < 256 else np.uint16)  # a byte each is counted fastest
        if not self.topical:
            rows = np.flatnonzero(shared >= max(3.0, COPIED * len(own)))
            return rows, WORD * shared[rows]
        vector = sketch["vector"].astype(np.float32)
        norm = max(1.0, float(np.sqrt(np.square(vector).sum())))
        found = (self.vectors[:size] @ vector) / (self.norms[:size] * norm) + np.float32(WORD) * shared
        rows = np.flatnonzero(found >= NEAR)
        return rows, found[rows]


def _words(sketch: np.void) -> np.ndarray:
    """The bits that the words of title and lead set."""
    bits = np.concatenate([sketch["text"], sketch["title"].ravel()])
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8)))


class Grouper:
    """The stories of the last days. Remembers an article until `forget`; hand in what an earlier run placed with
    `restore`, first.
    """

    def __init__(self) -> None:
        self._join = shipped().join
        self._nodes: dict[int, _Node] = {}
        self._buckets: dict[tuple[int, bool], _Bucket] = {}
        self._clusters: dict[int, _Cluster] = {}  # by story
        self._sizes: Counter[int] = Counter()  # articles of each story
        self._horizon = datetime.min.replace(tzinfo=UTC)

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, article: Features) -> Placement:
        """Place a new article. One that is known already changes nothing; one from before the window stands by
        itself.
        """
        if (known := self._nodes.get(article.id)) is not None:
            return Placement(known.story, {})
        if article.at < self._horizon:
            story = article.id if article.reported else None
            return Placement(story, {article.id: story})
        near = self._near(article)
        node = self._remember(article)
        alike = likeness(article.sketch, _sketches(near)) if near else np.zeros(0)
        linked = sorted(
            (
                (-float(score), other.order, other)
                for score, other in zip(alike, near, strict=True)
                if score >= self._join
            ),
            key=lambda link: link[:2],
        )
        parted: list[_Cluster] = []
        if len(linked) >= COPIES and -linked[COPIES - 1][0] >= SAME:
            follows = self._follow(node, linked[0][2])
        else:
            follows = self._hang(node, [other for _, _, other in linked], parted)
        clusters = {
            id(each.cluster): each.cluster for part in parted for each in part.nodes if each.cluster is not None
        }
        if node.cluster is not None:
            clusters[id(node.cluster)] = node.cluster
        changed: dict[int, int | None] = {}
        merged: list[tuple[int, int]] = []
        for cluster in sorted(clusters.values(), key=lambda each: each.nodes[0].order):
            self._sort(cluster, node, changed, merged)
        for part in parted:  # part of a story may have gone elsewhere: say of each where it is
            changed.update((each.id, each.story) for one in part.nodes for each in (one, *one.followers))
        if follows is not None:
            node.story = changed[node.id] = follows.story
            if node.story is not None:
                self._sizes[node.story] += 1
        return Placement(node.story, changed, tuple(merged))

    def revise(self, article: Features, story: int | None) -> Placement:
        """Compare an edited article by its new wording from now on. It keeps its story; one that has none is placed
        as if it came in.
        """
        node = self._nodes.get(article.id)
        if node is None:
            if story is None:
                return self.add(article)
            self.restore(article, story)
            return Placement(story, {})
        if node.story is None:
            self._drop([node])
            return self.add(article)
        node.bucket.write(node.row, article)
        return Placement(node.story, {})

    def restore(self, article: Features, story: int | None) -> None:
        """Restore an article that was placed before: it stays with the others of its story."""
        if article.id in self._nodes or article.at < self._horizon:
            return
        node = self._remember(article)
        cluster = self._clusters.get(story) if story is not None else None
        if cluster is None:
            node.cluster = _Cluster([node])
        elif len(cluster.nodes) >= HANGING:
            self._follow(node, next(other for other in cluster.nodes if other.story == story))
        else:
            alike = None
            if cluster.matrix is not None:
                row = np.array([other.story == story for other in cluster.nodes], np.float32)
                alike = np.block([[cluster.matrix, row[:, None]], [row[None], np.ones((1, 1), np.float32)]])
            node.cluster = cluster
            cluster.nodes.append(node)
            cluster.matrix = alike
            _in_order(cluster)
        if story is not None:
            node.story = story
            self._sizes[story] += 1
            if node.cluster is not None:
                self._clusters[story] = node.cluster

    def forget(self, before: datetime) -> None:
        """Forget the articles of earlier half days. What is left of a story stays together."""
        self._horizon = max(self._horizon, before)
        old = [key for key in self._buckets if key[0] < _number(before)]
        gone = [node for key in old for node in self._buckets.pop(key).nodes if node is not None]
        self._drop(gone)

    # -- finding --------------------------------------------------------------------------------------------

    def _near(self, article: Features) -> list[_Node]:
        """Those that may be like it, the nearest of them."""
        found: list[tuple[_Bucket, np.ndarray, np.ndarray]] = []
        own, topical = _words(article.sketch), article.topical
        for number in range(_number(article.at - SPAN), _number(article.at + SPAN) + 1):
            if (bucket := self._buckets.get((number, topical))) is not None:
                rows, near = bucket.near(article.sketch, own)
                if len(rows):
                    found.append((bucket, rows, near))
        least = -np.inf
        if sum(len(rows) for _, rows, _ in found) > COMPARED:  # those as near as the last of them too
            least = np.partition(np.concatenate([near for _, _, near in found]), -COMPARED)[-COMPARED]
        chosen: list[tuple[float, tuple, _Node]] = []
        for bucket, rows, near in found:
            kept = near >= least
            for row, score in zip(rows[kept].tolist(), near[kept].tolist(), strict=True):
                if (node := bucket.nodes[row]) is not None and node.cluster is not None:
                    chosen.append((-score, node.order, node))
        if len(chosen) > COMPARED:
            chosen.sort(key=lambda each: each[:2])
        return [node for _, _, node in chosen[:COMPARED]]

    def _remember(self, article: Features) -> _Node:
        key = _number(article.at), article.topical
        if (bucket := self._buckets.get(key)) is None:
            bucket = self._buckets[key] = _Bucket(article.topical)
        row = bucket.put(article)
        node = _Node(article.id, article.order, article.reported, bucket, row)
        bucket.nodes[row] = self._nodes[article.id] = node
        return node

    # -- what hangs together --------------------------------------------------------------------------------

    def _hang(self, node: _Node, linked: Sequence[_Node], parted: list[_Cluster]) -> _Node | None:
        """Make one cluster of the new article and of those it is linked to, the most alike first; gives the one that
        it only follows, if so.

        Adds to `parted` what a cluster that was too large fell into.
        """
        node.cluster = _Cluster([node], np.ones((1, 1), np.float32))
        chosen, size = [node.cluster], 1
        for other in linked:
            whole = other.cluster
            if whole is None or any(whole is each for each in chosen):
                continue
            if len(whole.nodes) + size > HANGING:
                if size > 1:
                    continue  # it hangs together with what it is more like
                if len(whole.nodes) == HANGING:
                    parted += _parts(whole, self._join)
                whole = other.cluster
                if whole is None or len(whole.nodes) == HANGING:
                    return self._follow(node, other)
            chosen.append(whole)
            size += len(whole.nodes)
        if size > 1:
            made = _together(chosen)
            for each in made.nodes:
                each.cluster = made
        return None

    def _follow(self, node: _Node, other: _Node) -> _Node:
        """From now on its story is that of the other, which is given back."""
        node.cluster, node.follows = None, other
        other.followers.append(node)
        node.bucket.hide(node.row)
        return other

    # -- stories --------------------------------------------------------------------------------------------

    def _sort(
        self, cluster: _Cluster, new: _Node, changed: dict[int, int | None], merged: list[tuple[int, int]]
    ) -> None:
        """Sort what hangs together into stories again; adds to `changed` and `merged` what that changes."""
        nodes = cluster.nodes
        parts: dict[int, list[_Node]] = {}
        for node, label in zip(nodes, groups(cluster.alike(), self._join).tolist(), strict=True):
            parts.setdefault(label, []).append(node)
        members: dict[int, list[_Node]] = {}
        for node in nodes:
            if node.story is not None:
                members.setdefault(node.story, []).append(node)
        keepers = {}  # article -> the story whose id goes with it
        for story, those in members.items():
            if (keeper := self._keeper(story, those)) is not None:
                keepers[keeper.id] = story
        found: dict[_Node, int | None] = {}
        taken: set[int] = set()
        for part in parts.values():
            kept = sorted(keepers[node.id] for node in part if node.id in keepers)
            name: int | None = None
            if kept:
                name = kept[0]
                merged += [(was, name) for was in kept[1:]]
            elif len(part) > 1 or part[0].reported or part[0].story is not None:
                name = self._free(part, taken)
            if name is not None:
                taken.add(name)
            found.update(dict.fromkeys(part, name))
        for node, name in found.items():
            if node.story != name or node is new:
                for each in (node, *node.followers):
                    self._count(each, -1)
                    each.story = changed[each.id] = name
                    self._count(each, 1)
        for story in members:
            if self._clusters.get(story) is not cluster and story not in taken and story not in self._sizes:
                self._clusters.pop(story, None)
        self._clusters.update(dict.fromkeys(taken, cluster))

    def _free(self, part: list[_Node], taken: set[int]) -> int:
        """An id that no story has: an article's of the part; of any other where stories elsewhere have all of those.
        There is one, since there are no more stories than articles.
        """
        own = (each.id for node in part for each in (node, *node.followers))
        return next(id for id in chain(own, self._nodes) if id not in self._sizes and id not in taken)

    def _keeper(self, story: int, members: list[_Node]) -> _Node | None:
        """The article that a story's id goes with: the one that opened it, or the earliest that is left; None if it
        is in another cluster.
        """
        opener = self._nodes.get(story)
        if opener is not None and opener.story == story and opener.cluster is not None:
            return opener if opener in members else None
        whole = sum(1 + len(node.followers) for node in members) == self._sizes[story]
        return members[0] if whole else None

    def _count(self, node: _Node, by: int) -> None:
        if node.story is not None:
            self._sizes[node.story] += by
            if not self._sizes[node.story]:
                del self._sizes[node.story]

    def _drop(self, gone: Sequence[_Node]) -> None:
        touched: dict[int, _Cluster] = {}
        for node in gone:
            del self._nodes[node.id]
            node.bucket.nodes[node.row] = None
            node.bucket.hide(node.row)
            self._count(node, -1)
            if node.follows is not None:
                node.follows.followers.remove(node)
            if node.cluster is not None:
                touched[id(node.cluster)] = node.cluster
        lost = {node.id for node in gone}
        for cluster in touched.values():
            cluster.settle()
            kept = [n for n, node in enumerate(cluster.nodes) if node.id not in lost]
            for node in cluster.nodes:
                if node.story is not None and self._clusters.get(node.story) is cluster:
                    del self._clusters[node.story]
            if kept:
                left = cluster.part(kept)
                for node in left.nodes:
                    if node.story is not None:
                        self._clusters[node.story] = left


def _parts(cluster: _Cluster, join: float) -> list[_Cluster]:
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


def _together(clusters: Sequence[_Cluster]) -> _Cluster:
    """One cluster of several, with how alike each article of one is to each of another."""
    nodes = [node for cluster in clusters for node in cluster.nodes]
    sketches, whose = _sketches(nodes), np.repeat(np.arange(len(clusters)), [len(c.nodes) for c in clusters])
    a, b = np.nonzero(whose[:, None] < whose[None])
    matrix = np.zeros((len(nodes),) * 2, np.float32)
    matrix[a, b] = matrix[b, a] = likeness(sketches[a], sketches[b])
    start = 0
    for cluster in clusters:
        end = start + len(cluster.nodes)
        matrix[start:end, start:end] = cluster.alike()
        start = end
    made = _Cluster(nodes, matrix)
    _in_order(made)
    return made


def _sketches(nodes: Sequence[_Node]) -> np.ndarray:
    made = np.empty(len(nodes), SKETCH)
    for n, node in enumerate(nodes):
        made[n] = node.bucket.sketches[node.row]
    return made


def _in_order(cluster: _Cluster) -> None:
    """Ties between equally alike groups fall by the order of the articles, so that is always the same."""
    order = sorted(range(len(cluster.nodes)), key=lambda n: cluster.nodes[n].order)
    cluster.nodes = [cluster.nodes[n] for n in order]
    if cluster.matrix is not None:
        cluster.matrix = cluster.matrix[np.ix_(order, order)]


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _BUCKET
