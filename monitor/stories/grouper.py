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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np

from monitor.stories.clusters import HANGING, Cluster, Node, in_order, parts_of, sketches_of, together
from monitor.stories.features import Features
from monitor.stories.likeness import SAME, SPAN, likeness, shipped
from monitor.stories.linkage import groups
from monitor.stories.nearest import HalfDay, words

WINDOW = timedelta(days=7)  # how long an article is remembered
COMPARED = 64  # articles that one is compared with, the nearest
COPIES = 12  # copies of one text that are sorted; later ones follow the most alike of them
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


class Grouper:
    """The stories of the last days. Remembers an article until `forget`; hand in what an earlier run placed with
    `restore`, first.
    """

    def __init__(self) -> None:
        self._join = shipped().join
        self._nodes: dict[int, Node] = {}
        self._buckets: dict[tuple[int, bool], HalfDay] = {}
        self._clusters: dict[int, Cluster] = {}  # by story
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
        alike = likeness(article.sketch, sketches_of(near)).tolist() if near else []
        linked = sorted(
            ((-score, other.order, other) for score, other in zip(alike, near, strict=True) if score >= self._join),
            key=lambda link: link[:2],
        )
        parted: list[Cluster] = []
        if len(linked) >= COPIES and -linked[COPIES - 1][0] >= SAME:
            follows = self._follow(node, linked[0][2])
        else:
            known = {other.id: score for score, other in zip(alike, near, strict=True)}
            follows = self._hang(node, article, [other for _, _, other in linked], known, parted)
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
        if node.row is not None:
            node.bucket.change(node.row, article.sketch)
        return Placement(node.story, {})

    def restore(self, article: Features, story: int | None) -> None:
        """Restore an article that was placed before: it stays with the others of its story."""
        if article.id in self._nodes or article.at < self._horizon:
            return
        node = self._remember(article)
        cluster = self._clusters.get(story) if story is not None else None
        if cluster is None:
            node.cluster, node.row = Cluster([node]), node.bucket.put(node, article.sketch)
        elif len(cluster.nodes) >= HANGING:
            self._follow(node, next(other for other in cluster.nodes if other.story == story))
        else:
            node.row = node.bucket.put(node, article.sketch)
            alike = None
            if cluster.matrix is not None:
                row = np.array([other.story == story for other in cluster.nodes], np.float32)
                alike = np.block([[cluster.matrix, row[:, None]], [row[None], np.ones((1, 1), np.float32)]])
            node.cluster = cluster
            cluster.nodes.append(node)
            cluster.matrix = alike
            in_order(cluster)
        if story is not None:
            node.story = story
            self._sizes[story] += 1
            if node.cluster is not None:
                self._clusters[story] = node.cluster

    def forget(self, before: datetime) -> None:
        """Forget the articles of earlier half days. What is left of a story stays together."""
        self._horizon = max(self._horizon, before)
        old = [key for key in self._buckets if key[0] < _number(before)]
        gone: list[Node] = []
        for bucket in map(self._buckets.pop, old):
            gone += [node for node in bucket.nodes if node is not None]
            gone += bucket.followers.values()
        self._drop(gone)

    # -- finding --------------------------------------------------------------------------------------------

    def _near(self, article: Features) -> list[Node]:
        """Those that may be like it, the nearest of them."""
        found: list[tuple[HalfDay, np.ndarray, np.ndarray]] = []
        own, topical = words(article.sketch), article.topical
        for number in range(_number(article.at - SPAN), _number(article.at + SPAN) + 1):
            if (bucket := self._buckets.get((number, topical))) is not None:
                rows, near = bucket.near(article.sketch, own)
                if len(rows):
                    found.append((bucket, rows, near))
        least = -np.inf
        if sum(len(rows) for _, rows, _ in found) > COMPARED:  # those as near as the last of them too
            least = np.partition(np.concatenate([near for _, _, near in found]), -COMPARED)[-COMPARED]
        chosen: list[tuple[float, tuple, Node]] = []
        for bucket, rows, near in found:
            kept = near >= least
            for row, score in zip(rows[kept].tolist(), near[kept].tolist(), strict=True):
                if (node := bucket.nodes[row]) is not None:
                    chosen.append((-score, node.order, node))
        if len(chosen) > COMPARED:
            chosen.sort(key=lambda each: each[:2])
        return [node for _, _, node in chosen[:COMPARED]]

    def _remember(self, article: Features) -> Node:
        key = _number(article.at), article.topical
        if (bucket := self._buckets.get(key)) is None:
            bucket = self._buckets[key] = HalfDay(article.topical)
        node = self._nodes[article.id] = Node(article.id, article.order, article.reported, bucket)
        return node

    # -- what hangs together --------------------------------------------------------------------------------

    def _hang(
        self, node: Node, article: Features, linked: Sequence[Node], known: Mapping[int, float], parted: list[Cluster]
    ) -> Node | None:
        """Make one cluster of the new article and of those it is linked to, the most alike first; gives the one that
        it only follows, if so. `known`: how alike it is to those that are near, by their ids.

        Adds to `parted` what a cluster that was too large fell into.
        """
        node.cluster = Cluster([node], np.ones((1, 1), np.float32))
        chosen, size = [node.cluster], 1
        for other in linked:
            whole = other.cluster
            if whole is None or any(whole is each for each in chosen):
                continue
            if len(whole.nodes) + size > HANGING:
                if size > 1:
                    continue  # it hangs together with what it is more like
                if len(whole.nodes) == HANGING:
                    parted += parts_of(whole, self._join)
                whole = other.cluster
                if whole is None or len(whole.nodes) == HANGING:
                    return self._follow(node, other)
            chosen.append(whole)
            size += len(whole.nodes)
        node.row = node.bucket.put(node, article.sketch)
        if size > 1:
            made = together(chosen, known)
            for each in made.nodes:
                each.cluster = made
        return None

    def _follow(self, node: Node, other: Node) -> Node:
        """From now on its story is that of the other, which is given back."""
        node.cluster, node.follows = None, other
        other.followers.append(node)
        node.bucket.followers[node.id] = node
        return other

    # -- stories --------------------------------------------------------------------------------------------

    def _sort(self, cluster: Cluster, new: Node, changed: dict[int, int | None], merged: list[tuple[int, int]]) -> None:
        """Sort what hangs together into stories again; adds to `changed` and `merged` what that changes."""
        nodes = cluster.nodes
        parts: dict[int, list[Node]] = {}
        for node, label in zip(nodes, groups(cluster.alike(), self._join).tolist(), strict=True):
            parts.setdefault(label, []).append(node)
        members: dict[int, list[Node]] = {}
        for node in nodes:
            if node.story is not None:
                members.setdefault(node.story, []).append(node)
        keepers = {}  # article -> the story whose id goes with it
        for story, those in members.items():
            if (keeper := self._keeper(story, those)) is not None:
                keepers[keeper.id] = story
        found: dict[Node, int | None] = {}
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

    def _free(self, part: list[Node], taken: set[int]) -> int:
        """An id that no story has: an article's of the part; of any other where stories elsewhere have all of those.
        There is one, since there are no more stories than articles.
        """
        own = (each.id for node in part for each in (node, *node.followers))
        return next(id for id in chain(own, self._nodes) if id not in self._sizes and id not in taken)

    def _keeper(self, story: int, members: list[Node]) -> Node | None:
        """The article that a story's id goes with: the one that opened it, or the earliest that is left; None if it
        is in another cluster.
        """
        opener = self._nodes.get(story)
        if opener is not None and opener.story == story and opener.cluster is not None:
            return opener if opener in members else None
        whole = sum(1 + len(node.followers) for node in members) == self._sizes[story]
        return members[0] if whole else None

    def _count(self, node: Node, by: int) -> None:
        if node.story is not None:
            self._sizes[node.story] += by
            if not self._sizes[node.story]:
                del self._sizes[node.story]

    def _drop(self, gone: Sequence[Node]) -> None:
        touched: dict[int, Cluster] = {}
        for node in gone:
            del self._nodes[node.id]
            if node.row is not None:
                node.bucket.take(node.row)
            else:
                del node.bucket.followers[node.id]
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


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _BUCKET
