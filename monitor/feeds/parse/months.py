"""Names of months, weekdays and zones in the dates of feeds: a table to add to, nothing else.

Keys are folded by `fold`, so that accents, hamzas, Persian and Arabic letter forms and case do not matter.
"""

from __future__ import annotations

from datetime import timedelta

from monitor.tagging.letters import fold_letters

_MARKS = str.maketrans({"\u200c": None, "،": " ", "٫": ".", "−": "-", "–": "-"})


def fold(text: str) -> str:
    """Folded letters, the form in which dates and the names below are compared."""
    return text.lower() if text.isascii() else fold_letters(text.translate(_MARKS))


_GREGORIAN = (
    "jan january janv janvier يناير كانون_الثاني جانفي ژانویه",
    "feb february fev fevr fevrier فبراير شباط فيفري فوریه",
    "mar march mars مارس آذار",
    "apr april avr avril أبريل إبريل نيسان أفريل آوریل",
    "may mai مايو أيار ماي مه",
    "jun june juin يونيو يونيه حزيران جوان ژوئن",
    "jul july juil juillet يوليو يوليه تموز جويلية ژوئیه جولای",
    "aug august aout أغسطس آب أوت اوت آگوست",
    "sep sept september septembre سبتمبر أيلول سپتامبر",
    "oct october octobre أكتوبر تشرين_الأول اکتبر",
    "nov november novembre نوفمبر تشرين_الثاني نوامبر",
    "dec december decembre ديسمبر كانون_الأول دسامبر",
)
_JALALI = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_WEEKDAYS = (
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche "
    "الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد "
    "دوشنبه سه_شنبه سهشنبه چهارشنبه پنجشنبه پنج_شنبه جمعه شنبه یکشنبه یک_شنبه"
)


def _names(words: str) -> list[str]:
    return [fold(word.replace("_", " ")) for word in words.split()]


MONTHS = {name: number for number, row in enumerate(_GREGORIAN, 1) for name in _names(row)}
JALALI_MONTHS = {name: number for number, name in enumerate(_names(_JALALI), 1)}
WEEKDAYS = frozenset(_names(_WEEKDAYS))

# Offsets from UTC. Abbreviations mean what they mean around the Gulf: AST is Arabia, GST is the Gulf, not the Atlantic
# or South Georgia. IST (India, Israel, Ireland) and ADT are left out: not certain.
ZONES = {
    name: timedelta(hours=hours)
    for hours, names in {
        0: "z ut utc gmt wet", 1: "cet west bst wat", 2: "cest eet sast cat", 3: "ast eest idt msk trt eat",
        3.5: "irst", 4: "gst", 4.5: "irdt aft", 5: "pkt uzt", 8: "hkt sgt", 9: "jst kst", 10: "aest", 11: "aedt",
        -3: "brt", -4: "edt", -5: "est cdt", -6: "cst mdt", -7: "mst pdt", -8: "pst",
    }.items()
    for name in names.split()
}  # fmt: skip
