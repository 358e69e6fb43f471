"""Puts articles into stories as they come, whatever their order.

    features -> those that may be like it (words by MinHash, things by index) -> likeness -> its parent -> story

Every article is joined to the one earlier article that it is most like, provided that it is also like the one that
opened that story or like several of it, and to all that are as good as the same; a story is what is so connected. An
article that is a little like two stories thus does not run them together, nor does a long war become one story from
neighbour to neighbour. Whom an article is joined to depends on the articles in the window alone, so what is in a story
does not depend on the order of arrival. Its id does: it is that of the member that opened it, and of two stories that
turn out to be one the smaller id stays. Two more ties: what was placed by an earlier run is not placed anew
(`restore`), and where thousands of articles of a day share a thing or are copies of one text, only the rarer things
are looked up (MAX_LOOKED_AT, MAX_COMPARED) and the first copies (MAX_COPIES, ENOUGH), so that one article never costs
more than a few milliseconds. Articles without a signal are joined by their words alone, and one that is joined to none
has no story.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush

from rensa import RMinHash

from monitor.stories.features import Features, listed
from monitor.stories.likeness import BACKED, KIN, LINK, SAME, SPAN, likeness

WINDOW = timedelta(days=7)  # how long an article is remembered
BANDS, ROWS = 10, 3  # of the MinHash: finds 91 % of pairs that share 0.6 of their words, 98 % at 0.7, 0.1 % at 0.05
SHARED = 2  # anchors that two articles have in common before they are compared
MAX_LOOKED_AT = 6_000  # entries of the indexes that are looked at for one article
MAX_COMPARED = 48  # articles that one is compared with
MAX_LIKES = 24  # of them, that are remembered
MAX_COPIES = 24  # articles of half a day that one band leads to: more are copies of one text, and these stand for them
ENOUGH = 6  # that are nearly the same: they decide the story, without the others
_BUCKET = timedelta(hours=12)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placement:
    """What an article changed: its story, every article whose story is now another, and (was,
    went to) of stories that are no more.
    """

    story: int | None
    changed: dict[int, int | None]
    merged: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    article: Features
    story: int | None = None
    settled: bool = False  # placed by an earlier run: not matched again
    root: _Node = field(init=False)  # the opener of its story
    parent: _Node | None = None
    children: set[_Node] = field(default_factory=set)
    ties: set[_Node] = field(default_factory=set)
    likes: list[tuple[float, tuple, _Node]] = field(
        default_factory=list
    )  # (-likeness, order, earlier one), most alike first
    liked_by: list[_Node] = field(default_factory=list)  # later ones

    def __post_init__(self):
        self.root = self

    def joined(self) -> Iterator[_Node]:
        if self.parent is not None:
            yield self.parent
        yield from self.children
        yield from self.ties

    def like(self, earlier: _Node, score: float) -> None:
        insort(self.likes, (-score, earlier.article.order, earlier))
        del self.likes[MAX_LIKES:]
        earlier.liked_by.append(self)


class _Bucket:
    """Half a day of articles, and what they can be found by: their bands (numbers) and anchors (words)."""

    def __init__(self):
        self.nodes: list[_Node] = []
        self.index: dict[int | str, array[int] | int] = {}

    def put(self, key: int | str, id: int) -> None:
        there = self.index.setdefault(key, id)  # most keys are met once, and a number is smaller than an array
        if isinstance(there, array):
            if len(there) < MAX_COPIES or isinstance(key, str):
                there.append(id)
        elif there != id:
            self.index[key] = array("q", [there, id])


class Grouper:
    """The stories of the last days. Remembers an article until `forget`;
    hand in what an earlier run placed with `restore`, first.
    """

    def __init__(self):
        self._nodes: dict[int, _Node] = {}
        self._members: dict[int, set[_Node]] = {}
        self._buckets: dict[int, _Bucket] = {}
        self._horizon = datetime.min.replace(tzinfo=UTC)

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, article: Features) -> Placement:
        """Place a new article. One that is known already changes nothing;
        one from before the window stands by itself.
        """
        if (known := self._nodes.get(article.id)) is not None:
            return Placement(known.story, {})
        if article.at < self._horizon:
            story = article.id if article.reported else None
            return Placement(story, {article.id: story})
        node = _Node(article)
        keys = _keys(article)
        self._compare(node, keys)
        self._remember(node, keys)
        return self._place(node)

    def revise(self, article: Features, story: int | None) -> Placement:
        """Compare an edited article by its new wording from now on. It keeps its story;
        one that has none is placed as if it came in.
        """
        node = self._nodes.get(article.id)
        if node is None:
            if story is None:
                return self.add(article)
            self.restore(article, story)
            return Placement(story, {})
        node.article = article._replace(order=node.article.order)  # others stand in lists that are sorted by it
        keys = _keys(node.article)
        alone = node.story is None
        if alone:
            node.settled = False
            self._part(node)
            self._compare(node, keys)
        node.article = node.article.packed()
        self._index(node, keys)
        return self._place(node) if alone else Placement(node.story, {})

    def _place(self, node: _Node) -> Placement:
        left = self._choose(node)
        return self._sort_out(node, left) if left else self._join(node)

    def restore(self, article: Features, story: int | None) -> None:
        """Restore an article that was placed before: it keeps its story and is not matched again."""
        if article.id in self._nodes or article.at < self._horizon:
            return
        node = _Node(article, story, settled=True)
        self._remember(node, _keys(article))
        if story is not None:
            members = self._members.setdefault(story, set())
            if members:
                node.root = next(iter(members)).root
                _tie(node, node.root)
            members.add(node)

    def forget(self, before: datetime) -> None:
        """Forget the articles of earlier half days. Stories that they joined stay joined."""
        self._horizon = max(self._horizon, before)
        old = [number for number in self._buckets if number < _number(before)]
        gone = {node for number in old for node in self._buckets.pop(number).nodes}
        torn: dict[int, set[_Node]] = {}  # story -> those that stay and were joined to one that goes
        for node in gone:
            del self._nodes[node.article.id]
            if node.story is not None:
                members = self._members[node.story]
                members.discard(node)
                torn.setdefault(node.story, set()).update(other for other in node.joined() if other not in gone)
                if not members:
                    del self._members[node.story]
        for staying in torn.values():
            first = min(staying, key=_order, default=None)
            for node in staying:
                node.ties -= node.ties & gone
                node.children -= node.children & gone
                if node.parent in gone:
                    node.parent, node.settled = None, True
                if first is not None:
                    _tie(first, node)
        for node in gone:  # or what is forgotten would hold on to what was forgotten before it
            node.parent = None
            for links in (node.children, node.ties, node.likes, node.liked_by):
                links.clear()

    # -- finding --------------------------------------------------------------------------------------------

    def _alike(self, node: _Node, keys: list[int | str]) -> list[tuple[_Node, float]]:
        """Every remembered article that is alike enough, and how much."""
        found, same, article = [], 0, node.article
        for id in self._near(article, keys):
            other = self._nodes[id]
            if other is node:  # an edited article, found by words of its first wording
                continue
            if (score := likeness(article, other.article)) >= LINK:
                found.append((other, score))
                same += score >= SAME
                if same == ENOUGH:
                    break
        return found

    def _compare(self, node: _Node, keys: list[int | str]) -> None:
        """Tie an article to those that are the same, and note which it is like, or which are like it."""
        for other, score in self._alike(node, keys):
            if score >= SAME:
                _tie(node, other)
            if other.article.order < node.article.order:
                node.like(other, score)
            elif not other.settled:
                other.like(node, score)

    def _part(self, node: _Node) -> None:
        """Undo what the comparisons with an article noted."""
        for _, _, earlier in node.likes:
            earlier.liked_by = [other for other in earlier.liked_by if other is not node]
        for later in node.liked_by:
            later.likes = [like for like in later.likes if like[2] is not node]
        node.likes, node.liked_by = [], []

    def _near(self, article: Features, keys: list[int | str]) -> list[int]:
        """Those that share a band or several anchors, the rarest looked up first."""
        entries: list[tuple[array[int], int]] = []
        for number in range(_number(article.at - SPAN), _number(article.at + SPAN) + 1):
            if (bucket := self._buckets.get(number)) is not None:
                for key in keys:
                    if (there := bucket.index.get(key)) is not None:
                        entries.append(
                            (
                                array("q", [there]) if isinstance(there, int) else there,
                                SHARED if isinstance(key, int) else 1,
                            )
                        )
        entries.sort(key=lambda entry: len(entry[0]))
        budget, counted = MAX_LOOKED_AT, []
        for ids, times in entries:
            budget -= len(ids)
            if budget < 0:
                break
            counted += [ids] * times
        if not counted:
            return []
        import numpy as np  # a round without news needs none of it

        ids, counts = np.unique(np.frombuffer(b"".join(counted), np.int64), return_counts=True)
        near = np.flatnonzero(counts >= SHARED)
        return ids[near[np.argsort(counts[near], kind="stable")[: -MAX_COMPARED - 1 : -1]]].tolist()

    def _remember(self, node: _Node, keys: list[int | str]) -> None:
        node.article = node.article.packed()
        self._nodes[node.article.id] = node
        self._buckets.setdefault(_number(node.article.at), _Bucket()).nodes.append(node)
        self._index(node, keys)

    def _index(self, node: _Node, keys: list[int | str]) -> None:
        bucket = self._buckets[_number(node.article.at)]
        for key in keys:
            bucket.put(key, node.article.id)

    # -- choosing -------------------------------------------------------------------------------------------

    def _choose(self, new: _Node) -> set[_Node]:
        """Choose a parent for the new article and, in order of time, for every later one to which that makes a
        difference.

        Gives the articles that left a parent, with those parents.
        """
        waiting = [(node.article.order, node) for node in {new, *new.liked_by}]
        heapify(waiting)
        seen, left = {node for _, node in waiting}, set()
        while waiting:
            _, node = heappop(waiting)
            if node.settled:
                continue
            root, parent = _best(node)
            if parent is not node.parent:
                if node.parent is not None:
                    node.parent.children.discard(node)
                    left |= {node, node.parent}
                if parent is not None:
                    parent.children.add(node)
                node.parent = parent
            if root is not node.root:
                node.root = root
                for later in node.liked_by:
                    if later not in seen:
                        seen.add(later)
                        heappush(waiting, (later.article.order, later))
        return left

    # -- stories --------------------------------------------------------------------------------------------

    def _join(self, node: _Node) -> Placement:
        """Nothing came apart: the new article and all that it joins are one story."""
        joined = set(node.joined())
        stories = sorted({other.story for other in joined if other.story is not None})
        fresh = [node, *(other for other in joined if other.story is None)]
        if stories:
            story = stories[0]
        elif len(fresh) > 1 or node.article.reported:
            story = min(fresh, key=_order).article.id
        else:
            return Placement(None, {node.article.id: None})
        members = self._members.setdefault(story, set())
        for merged in stories[1:]:
            fresh += self._members.pop(merged)
        for other in fresh:
            other.story = story
        members.update(fresh)
        return Placement(
            story, {other.article.id: story for other in fresh}, tuple((other, story) for other in stories[1:])
        )

    def _sort_out(self, node: _Node, left: set[_Node]) -> Placement:
        """Articles left their parents for the new one: give the story of each article again,
        for all stories that are touched.
        """
        touched = {node, *node.joined(), *left}
        touched.update(*(other.joined() for other in left))
        stories = {other.story for other in touched if other.story is not None}
        whole = touched.union(*(self._members[story] for story in stories))
        keepers = {self._keeper(story): story for story in stories}
        changed: dict[int, int | None] = {}
        merged: list[tuple[int, int]] = []
        for story in stories:
            del self._members[story]
        for part in _parts(whole):
            kept = sorted(keepers[other] for other in part if other in keepers)
            first = min(part, key=_order)
            story = (
                kept[0]
                if kept
                else first.article.id
                if len(part) > 1 or first.article.reported or first.story is not None
                else None
            )
            merged += [(old, kept[0]) for old in kept[1:]]
            for member in part:
                if member.story != story or member is node:
                    changed[member.article.id] = member.story = story
            if story is not None:
                self._members[story] = part
        return Placement(node.story, changed, tuple(merged))

    def _keeper(self, story: int) -> _Node:
        """The article that a story's id goes with: the one that opened it, or the earliest that is left."""
        opener = self._nodes.get(story)
        return opener if opener is not None and opener.story == story else min(self._members[story], key=_order)


def _best(node: _Node) -> tuple[_Node, _Node | None]:
    """The opener and the parent that an article should have."""
    backing = Counter(earlier.root.article.id for _, _, earlier in node.likes)
    for _, _, earlier in node.likes:
        root = earlier.root
        if earlier is root or backing[root.article.id] >= BACKED or likeness(node.article, root.article) >= KIN:
            return root, earlier
    return node, None


def _keys(article: Features) -> list[int | str]:
    """What it is found by: bands of its distinctive words (the more words two articles share,
    the likelier they share a band), and anchors.
    """
    keys: list[int | str] = list(article.anchors()) if article.topical else []
    words = frozenset(article.words) - listed().worn
    if words:
        sketch = RMinHash(BANDS * ROWS, 1)
        sketch.update(words)
        digest = sketch.digest()
        keys += [hash((start, *digest[start : start + ROWS])) for start in range(0, BANDS * ROWS, ROWS)]
    return keys


def _tie(a: _Node, b: _Node) -> None:
    if a is not b:
        a.ties.add(b)
        b.ties.add(a)


def _parts(whole: set[_Node]) -> list[set[_Node]]:
    """The articles that are connected."""
    left, parts = set(whole), []
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            node = edge.pop()
            part.add(node)
            for other in node.joined():
                if other in left:
                    left.discard(other)
                    edge.append(other)
        parts.append(part)
    return parts


def _order(node: _Node) -> tuple:
    return node.article.order


def _number(at: datetime) -> int:
    return (at - _EPOCH) // _BUCKET
