"""Training from rows to a file that reads, with a tiny network of random weights;
and the folds, which need no torch.
"""

import json
from pathlib import Path

import pytest

from monitor.reader import labels

LABELS, EVENTS = (Path(__file__).parent / "reader" / name for name in ("labels", "events"))


@pytest.fixture
def rows():
    return labels.read([LABELS])


def test_no_fold_learns_from_what_it_is_asked(rows):
    for made in (labels.month_folds(rows), labels.outlet_folds(rows, 3)):
        asked = [n for _, of_fold in made.values() for n in of_fold]
        assert sorted(asked) == list(range(len(rows))), "each row is asked once"
        assert all(not set(learned) & set(of_fold) for learned, of_fold in made.values())


def test_the_newest_month_is_asked_of_what_came_before(rows):
    learned, asked = labels.month_folds(rows)["2026-07"]
    assert {rows[n]["published"][:7] for n in asked} == {"2026-07"}
    assert max(rows[n]["published"] for n in learned) < "2026-07"


def test_outlets_stay_whole(rows):
    for learned, asked in labels.outlet_folds(rows, 3).values():
        assert not {rows[n]["source"] for n in learned} & {rows[n]["source"] for n in asked}


def test_a_damaged_row_is_named_by_file_and_line(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "1"}\n')
    with pytest.raises(ValueError, match=r"a\.jsonl, line 1"):
        labels.read([tmp_path])
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(ValueError, match="no rows"):
        labels.read([tmp_path])


def test_corrections_are_rows_too_and_take_the_place_of_a_row_of_the_same_words(tmp_path, rows):
    said = {"lang": "en", "source": "Wire", "published": None, "direction": "none", "signals": []}
    same = said | {"id": "corrected-1", "title": rows[0]["title"], "summary": rows[0]["summary"]}
    talks = {"category": "talks", "mode": "words", "field": "title", "evidence": "offers talks"}
    new = said | {"id": "corrected-2", "title": "Iran offers talks", "summary": "", "direction": "deescalation"}
    file = tmp_path / "corrections.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in (same, new | {"signals": [talks]})))
    found = {row["id"]: row for row in labels.read([LABELS], file)}
    assert len(found) == len(rows) + 1 and rows[0]["id"] not in found
    assert found["corrected-1"]["direction"] == "none" and found["corrected-2"]["signals"] == [talks]
    file.write_text(json.dumps(new | {"signals": [talks | {"evidence": "offers war"}]}))
    with pytest.raises(ValueError, match=r"corrections\.jsonl, line 1: .*'offers war' does not stand in the title"):
        labels.read([LABELS], file)


def test_a_tiny_network_is_trained_written_and_read_with_and_goes_on_where_it_stopped(tmp_path, capsys):
    for module in ("torch", "onnx"):
        pytest.importorskip(module, reason="training needs requirements-train.txt")
    import torch

    from monitor.reader import fit, train
    from monitor.reader.network import Network

    arguments = ["--labels", str(LABELS), "--events", str(EVENTS), "--folds", "month", "--tiny", "-o", str(tmp_path)]
    train.main(arguments)
    card = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    assert card["rows"] == 18 and card["figures"]["month"]["rows"] == 18
    reader = Network.load(tmp_path / "reader.onnx", tmp_path / "pieces.json.gz")
    assert reader.version == card["version"]
    (seen,) = reader.read([("Drones strike a depot outside Tabriz", "")])
    assert seen.direction.sum() == pytest.approx(1, abs=1e-4)
    first = (tmp_path / "reader.onnx").read_bytes()
    assert "rows to learn" in capsys.readouterr().out
    train.main(arguments)
    assert "rows to learn" not in capsys.readouterr().out, "what was trained is taken up again"
    assert (tmp_path / "reader.onnx").read_bytes() == first
    of_seeds = [torch.load(tmp_path / f"all-{seed}.pt", weights_only=True)["made"] for seed in fit.TINY.seeds]
    one, other, both = (state["heads.shared.weight"] for state in (*of_seeds, fit.mean(of_seeds)))
    assert not torch.equal(one, other) and torch.allclose(both, (one + other) / 2), "each seed learned for itself"


def test_invented_rows_carry_their_signals_in_place_and_are_never_asked(rows, tmp_path):
    (tmp_path / "en.txt").write_text(
        "# made up\n\nD | Crew {release.act: walks free} | Talks {talks.words: may resume}\nN | A bakery opens | \n"
    )
    made = labels.invented([tmp_path])
    assert [(row["title"], row["summary"], row["direction"]) for row in made] == [
        ("Crew walks free", "Talks may resume", "deescalation"),
        ("A bakery opens", "", "none"),
    ]
    assert made[0]["signals"] == [
        {"category": "release", "mode": "act", "field": "title", "evidence": "walks free"},
        {"category": "talks", "mode": "words", "field": "summary", "evidence": "may resume"},
    ]
    both = rows + made
    for folds in (labels.month_folds(both), labels.outlet_folds(both, 3)):
        assert all({len(rows), len(rows) + 1} <= set(learned) for learned, _ in folds.values())
        assert sorted(n for _, asked in folds.values() for n in asked) == list(range(len(rows)))


@pytest.mark.parametrize(
    "line",
    ["X | title | ", "D | title", "D | nothing is marked | ", "N | {talks.act: talks} | ", "D | {tea.act: x} | "],
)
def test_a_damaged_invented_row_is_named_by_file_and_line(line, tmp_path):
    (tmp_path / "fr.txt").write_text("# first\n" + line + "\n")
    with pytest.raises(ValueError, match=r"fr\.txt, line 2"):
        labels.invented([tmp_path])


def test_the_shipped_invented_rows_can_be_read():
    folder = Path(__file__).parent.parent / "training"
    made = labels.invented([folder])
    for row in made:
        assert all(signal["evidence"] in row[signal["field"]] for signal in row["signals"])
    assert {row["lang"] for row in made} == {"en", "fr", "ar", "fa"}
