"""What each rule, form and `unless` word of the lexicons does on labelled entries: how often it fires, how often
rightly, and what leaving it out does.

The corpus is read once. A form that states a category counts as leaving it out would: the entry loses the category
where no other words state it. An `unless` word that forbade a form counts likewise: the entry gains the category where
nothing else had stated it. What would come to light in the place of what is left out, a shorter form or another
`unless` word, is not followed up.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.errors import InputError
from monitor.tagging import word_file
from monitor.tagging.candidates import Candidate
from monitor.tagging.forms import FormError, phrases
from monitor.tagging.loading import FOLDER
from monitor.tagging.tagger import Tagger

RENAMED = {"relief": "sanctions_relief"}  # what older labels call a category


@dataclass(frozen=True, slots=True)
class Labelled:
    """One entry with the categories that a reader found in it."""

    lang: str | None
    title: str
    summary: str
    month: str  # 2026-07: the fold
    categories: frozenset[str]


@dataclass(slots=True)
class Tally:
    """What one rule, form or `unless` word did. Counts are of entries."""

    fires: int = 0  # for an `unless` word: how often it forbade a form
    right: int = 0  # the category agrees; for an `unless` word: it was rightly forbidden
    # month -> categories rightly stated, and wrongly stated, that leaving it out would change
    lost: Counter[str] = field(default_factory=Counter)
    spared: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Report:
    """Tallies by (file, line of the rule), (file, line of the rule, form) and (file,
    line of the rule, `unless` word).
    """

    rules: dict[tuple[str, int], Tally] = field(default_factory=lambda: defaultdict(Tally))
    forms: dict[tuple[str, int, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    unless: dict[tuple[str, int, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    # (language, kind of reason): how often it suppressed a candidate, how often rightly
    suppressed: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    hit: Counter[str] = field(default_factory=Counter)  # month -> categories rightly stated
    said: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    # (language, category) -> entries in which no words state it, suppressed or not
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def f1(self, hit: int = 0, said: int = 0, months: Iterable[str] | None = None) -> float:
        """Pooled F1 of the categories in some months (all), with so many more right and so many more stated."""
        over = list(self.true if months is None else months)
        hits, stated, true = (
            sum(self.hit[m] for m in over) + hit,
            sum(self.said[m] for m in over) + said,
            sum(self.true[m] for m in over),
        )
        return 2 * hits / (stated + true) if stated + true else 0.0

    def without(self, tally: Tally, *, unless: bool = False) -> float:
        """How pooled F1 changes where it is left out."""
        sign = 1 if unless else -1
        lost, spared = sum(tally.lost.values()), sum(tally.spared.values())
        return self.f1(sign * lost, sign * (lost + spared)) - self.f1()

    def months(self, tally: Tally, *, unless: bool = False) -> tuple[int, int]:
        """In how many months leaving it out makes pooled F1 better, and in how many worse."""
        sign, better, worse = 1 if unless else -1, 0, 0
        for month in tally.lost.keys() | tally.spared.keys():
            lost, spared = tally.lost[month], tally.spared[month]
            change = self.f1(sign * lost, sign * (lost + spared), (month,)) - self.f1(months=(month,))
            better, worse = better + (change > 0), worse + (change < 0)
        return better, worse


def read(folder: Path) -> Iterator[Labelled]:
    """The rows of a folder's *.jsonl. Raises InputError with file and line."""
    files = sorted(Path(folder).glob("*.jsonl"))
    if not files:
        raise InputError(f"{folder}: has no *.jsonl file with labelled entries")
    for path in files:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                    found = frozenset(RENAMED.get(signal["category"], signal["category"]) for signal in row["signals"])
                    yield Labelled(
                        row.get("lang"),
                        row["title"],
                        row.get("summary") or "",
                        str(row.get("published") or "")[:7],
                        found,
                    )
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(
                        f"{path}:{number}: is no labelled entry ({error!r}); it needs title, summary, "
                        "published and signals"
                    ) from error


def measure(tagger: Tagger, rows: Iterable[Labelled]) -> Report:
    """Reads every entry once and counts."""
    report = Report()
    for row in rows:
        reading, candidates = tagger.examine(row.title, row.summary, lang=row.lang)
        gold, month = row.categories, row.month
        report.true[month] += len(gold)
        stating: dict[str, list[Candidate]] = defaultdict(list)
        for each in candidates:
            if each.suppressed is None:
                stating[each.category].append(each)
            else:
                tally = report.suppressed[reading.lang or "?", each.suppressed.split(":")[0]]
                tally.fires += 1
                tally.right += each.category not in gold
        for category, found in stating.items():
            right = category in gold
            report.said[month] += 1
            report.hit[month] += right
            _count([report.rules[key] for key in {_rule(each) for each in found}], right, month)
            _count([report.forms[key] for key in {_form(each) for each in found}], right, month)
        for each in candidates:
            if each.unless:
                for word in each.unless:
                    tally = report.unless[(*_rule(each), word)]
                    tally.fires += 1
                    tally.right += each.category not in gold
                    alone = len(each.unless) == 1 and (each.suppressed or "").startswith("unless")
                    if alone and each.category not in stating:
                        (tally.lost if each.category in gold else tally.spared)[month] += 1
        named = {each.category for each in candidates}
        report.missed.update((reading.lang or "?", category) for category in gold - named)
    return report


def _count(tallies: list[Tally], right: bool, month: str) -> None:
    """What states a category of an entry; the only one of its sort would change it by being left out."""
    for tally in tallies:
        tally.fires += 1
        tally.right += right
    if len(tallies) == 1:
        (tallies[0].lost if right else tallies[0].spared)[month] += 1


def _rule(candidate: Candidate) -> tuple[str, int]:
    return candidate.file, candidate.rule_line


def _form(candidate: Candidate) -> tuple[str, int, str]:
    return candidate.file, candidate.rule_line, candidate.form


@dataclass(frozen=True, slots=True)
class Line:
    """A rule, form or `unless` word as it is written."""

    kind: str  # rule | form | unless
    file: str
    line: int
    event: str
    text: str
    tally: Tally


def lines(tagger: Tagger, report: Report, extra: Path | None = None) -> Iterator[Line]:
    """Every rule, form and `unless` word of the files with its tally, those that never fired included."""
    for path in [*(FOLDER / f"{code}.yaml" for code in tagger.lexicons), *([extra] if extra else [])]:
        for document in word_file.read(path, []):
            sections = document.mapping()
            groups = tagger.lexicons[sections["language"].text()].groups
            for event, body in sections["events"].mapping().items() if "events" in sections else ():
                several = body.items() if body.is_list() else []
                for rule in several if several and all(each.is_mapping() for each in several) else [body]:
                    name = (rule.file, rule.line)
                    yield Line("rule", *name, event, "", report.rules.get(name) or Tally())
                    keys = rule.mapping() if rule.is_mapping() else {"forms": rule}
                    for item in [item for key in ("forms", "passive") if key in keys for item in keys[key].items()]:
                        yield Line(
                            "form",
                            name[0],
                            item.line,
                            event,
                            item.text(),
                            report.forms.get((*name, item.text())) or Tally(),
                        )
                    for item in keys["unless"].items() if "unless" in keys else ():
                        yield Line(
                            "unless", name[0], item.line, event, item.text(), _joined(report, name, item.text(), groups)
                        )


def _joined(report: Report, rule: tuple[str, int], text: str, groups: dict[str, tuple[str, ...]]) -> Tally:
    """The tally of an `unless` word: of all the phrases that it stands for."""
    total = Tally()
    try:
        written = phrases(text, groups)
    except FormError:
        return total
    for word in written:
        if tally := report.unless.get((*rule, word)):
            total.fires, total.right = total.fires + tally.fires, total.right + tally.right
            total.lost.update(tally.lost)
            total.spared.update(tally.spared)
    return total


def show(tagger: Tagger, report: Report, extra: Path | None = None, most: int = 40) -> Group:
    """The report for people: pooled figures, what suppressed candidates, and the lines that do most harm or nothing."""
    every = list(lines(tagger, report, extra))
    hit, said, true = sum(report.hit.values()), sum(report.said.values()), sum(report.true.values())
    head = Text(
        f"categories pooled: precision {hit / max(1, said):.3f}, recall {hit / max(1, true):.3f}, F1 {report.f1():.3f}"
    )
    parts: list[RenderableType] = [
        head,
        Text(
            f"{len([x for x in every if x.kind == 'form'])} forms, {_silent(every, 'form')} of which never fired; "
            f"{len([x for x in every if x.kind == 'unless'])} `unless` words, "
            f"{_silent(every, 'unless')} of which never forbade anything"
        ),
    ]
    why = Table("language", "suppressed by", "candidates", "rightly", title="What was suppressed")
    for (lang, kind), tally in sorted(report.suppressed.items(), key=lambda item: (item[0][0], -item[1].fires)):
        why.add_row(lang, kind, str(tally.fires), f"{tally.right / tally.fires:.2f}")
    parts.append(why)
    for kind in ("rule", "form", "unless"):
        table = Table(
            "where",
            "event",
            "words",
            "fires",
            "rightly",
            "F1 without",
            "months better, worse",
            title=f"{kind}: best left out first",
        )
        fired = [x for x in every if x.kind == kind and x.tally.fires]
        for x in sorted(fired, key=lambda x: -report.without(x.tally, unless=kind == "unless"))[:most]:
            better, worse = report.months(x.tally, unless=kind == "unless")
            change = report.without(x.tally, unless=kind == "unless")
            share = f"{x.tally.right / x.tally.fires:.2f}"
            table.add_row(
                f"{x.file}:{x.line}",
                x.event,
                Text(x.text[:60]),
                str(x.tally.fires),
                share,
                f"{change:+.4f}",
                f"{better}, {worse}",
            )
        parts.append(table)
    return Group(*parts)


def _silent(every: list[Line], kind: str) -> int:
    return sum(x.kind == kind and not x.tally.fires for x in every)
