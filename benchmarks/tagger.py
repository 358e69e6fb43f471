"""How fast the tagger is, beside a tagger that looks for the same words with one `re` alternation a language.

    python -m benchmarks.tagger [FILE.jsonl[.gz]]     rows with title and summary; without a file, entries made here

Both fold the text and tell the language in the same way; the `re` tagger only finds words, it has no operators,
theatre, actors or evidence. Also measured: start-up in a fresh process, memory, and how time grows with the length of
one entry.
"""

import gzip
import json
import re
import resource
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from monitor.tagging import loading
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.tagger import Tagger
from monitor.tagging.text import fold

ROOT = Path(__file__).resolve().parent.parent

COUNT, ROUNDS = 4_000, 3
CALM = [
    (
        "Bakery on the corner wins a prize for its bread",
        "The family has baked there for sixty years. Neighbours queue from dawn, and the mayor is a regular.",
    ),
    (
        "City council votes on new bus lanes",
        "Work begins in spring and takes two years. Shops along the road had asked for more parking and better lights.",
    ),
    (
        "La fête du quartier revient samedi",
        (
            "Les habitants préparent des gâteaux et un concert. La mairie prête des tables, "
            "et l'école ouvre sa cour aux enfants."
        ),
    ),
    (
        "Un nouveau musée pour les trains anciens",
        (
            "La collection compte quarante locomotives. Le public pourra les visiter dès le printemps prochain, "
            "le week-end."
        ),
    ),
    (
        "افتتاح مكتبة جديدة في الحي القديم",
        "تضم المكتبة آلاف الكتب للأطفال والكبار، وتفتح أبوابها كل يوم من الصباح حتى المساء.",
    ),
    (
        "کتابخانه تازه در مرکز شهر باز شد",
        "این کتابخانه هزاران جلد کتاب برای کودکان و بزرگسالان دارد و هر روز از صبح تا شب باز است.",
    ),
]


def entries() -> list[tuple[str, str]]:
    """A file's rows, or one of the examples that are tests among four calm entries."""
    if len(sys.argv) > 1:
        opened = gzip.open if sys.argv[1].endswith(".gz") else open
        with opened(sys.argv[1], "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return [(row["title"], row.get("summary") or "") for row in rows]
    news = [
        (e.title, f"{e.title}. {e.summary}")
        for lang in LANGUAGES
        for e in loading.examples(ROOT / "tests" / "lexicon" / f"{lang}.yaml")
    ]
    calm, loud = cycle(CALM), cycle(news)
    return list(islice((next(loud) if place % 5 == 0 else next(calm) for place in range(COUNT)), COUNT))


def alternations(tagger: Tagger) -> dict[str, re.Pattern]:
    """One pattern a language with every word the automaton knows in it."""
    found = {}
    for code, lexicon in tagger.lexicons.items():
        heads = {phrase.head for phrase, _ in (*lexicon.rules, *lexicon.cues, *lexicon.idioms, *lexicon.exclusions)} | {
            word for word in lexicon.conditions if not word.startswith("@")
        }
        ends = "" if lexicon.prefixes or lexicon.suffixes else " "
        found[code] = re.compile(
            "|".join(re.escape(f"{ends}{head}{ends}") for head in sorted(heads, key=len, reverse=True))
        )
    return found


def rate(read, rows) -> tuple[float, float]:
    """Entries a second, and a second of CPU: on a machine that others use,
    the fairer of the two. The best of some rounds.
    """
    wall = cpu = 0.0
    for _ in range(ROUNDS):
        start, spent = time.perf_counter(), time.process_time()
        for title, summary in rows:
            read(title, summary)
        wall = max(wall, len(rows) / (time.perf_counter() - start))
        cpu = max(cpu, len(rows) / (time.process_time() - spent))
    return wall, cpu


def main() -> None:
    start, children = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = "from monitor.tagging.tagger import Tagger; Tagger.load().read('US strikes Iran', '', lang='en')"
    subprocess.run([sys.executable, "-c", command], check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    print(f"start-up, interpreter included    {time.perf_counter() - start:8.2f} s   {cpu:.2f} s of CPU")
    tagger = Tagger.load()
    rows = entries()
    patterns = alternations(tagger)

    def plain(title: str, summary: str) -> int:
        code = tagger.language(title, summary)
        if code not in patterns:
            return 0
        return sum(len(patterns[code].findall(fold(text).text)) for text in (title, summary))

    ours = rate(tagger.read, rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    theirs = rate(plain, rows[: max(200, len(rows) // 10)])
    letters = sum(len(title) + len(summary) for title, summary in rows) / len(rows)
    print(f"entries                           {len(rows):8d}   {letters:.0f} letters each on average")
    print(f"tagger                            {ours[0]:8.0f} entries/s   {ours[1]:.0f} a second of CPU")
    print(f"re alternation, words only        {theirs[0]:8.0f} entries/s   {theirs[1]:.0f} a second of CPU")
    print(f"ratio                             {ours[1] / theirs[1]:8.1f}   by CPU")
    print(f"memory                            {memory:8d} MB at most")
    print("one entry of growing length, thousand letters: milliseconds, microseconds a letter")
    unit = "Iran strikes Israel, says it will not negotiate. إيران تقصف تل أبيب. "
    for thousand in (10, 20, 40, 80, 160):
        text = (unit * (thousand * 1000 // len(unit) + 1))[: thousand * 1000]
        start = time.process_time()
        tagger.read("Iran", text)
        spent = time.process_time() - start
        print(f"{thousand:8d} {spent * 1000:10.1f} {spent * 1e6 / len(text):8.2f}")


if __name__ == "__main__":
    main()
