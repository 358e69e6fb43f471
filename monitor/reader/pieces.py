"""Text into pieces: the tokenizer of the network, the same in training and at run time.

SentencePiece's unigram model as multilingual-e5 uses it, with the pieces that were kept. Offsets are characters of the
text as given.
"""

import re
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

START, PAD, END, UNKNOWN = 0, 1, 2, 3
_SURROGATES = re.compile("[\ud800-\udfff]")
# a space to XLM-R, ZWNJ too
_BLANK = "[\\x00-\\x1f\\x7f-\\x9f\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{2069}\\x{feff}\\x{fffd}]"


def tokenizer(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """A Tokenizer of these pieces and their log-probabilities; the first four are <s>, <pad>, </s>, <unk>."""
    made = Tokenizer(models.Unigram([(p, float(s)) for p, s in zip(pieces, scores, strict=True)], unk_id=UNKNOWN))
    made.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(_BLANK), " "), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    return made


def clean(text: str) -> str:
    """The text with as many characters, without halves of surrogate pairs, which no encoder takes."""
    return _SURROGATES.sub("\ufffd", text)
