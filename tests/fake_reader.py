"""A reader that misbehaves when a title asks for it: what reader processes have to survive."""

import os
import signal
import time

from monitor.models import Reading, Signal, Text


class FakeReader:
    """The gate lets "read ..." pass, and does what a title asks for; of "read X", reading does what X asks for."""

    def __init__(self, method: str):
        self.method = method

    @classmethod
    def load(cls, method: str = "fake") -> "FakeReader":
        if method == "broken":
            raise ValueError("no such lexicon")
        return cls(method)

    def gate(self, text: Text) -> Reading | None:
        return None if text.title.startswith("read ") else self._reading(text.title, text.lang)

    def read(self, texts: list[Text]) -> list[Reading]:
        if self.method == "no network":
            raise FileNotFoundError("reader.onnx is missing")
        return [self._reading(text.title.removeprefix("read "), text.lang) for text in texts]

    def _reading(self, title: str, lang: str | None) -> Reading:
        match title:
            case "hang":
                while True:
                    pass
            case "crash":
                os.abort()
            case "hungry":
                return [bytearray(1 << 20) for _ in range(4096)]
            case "wordy":
                return Reading(lang, "none", 0.0, False, (), (), (), (), "\xe9" * (60 << 20))
            case "spread":  # much memory in pieces, of which the last stays in use
                *_, self.kept = [b"x" * 100_000 for _ in range(400)]
            case "asleep":
                time.sleep(60)
            case "cunning":  # as an attacked process might
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.setitimer(signal.ITIMER_PROF, 0)
                time.sleep(60)
            case "raise" if self.method != "mended":
                raise KeyError(title)
            case "print":
                print("noise on standard output", flush=True)
            case "strike":
                found = Signal("attack", "escalation", "act", 9.0, "strike", "title", 0, 6, "strike", confidence=0.75)
                sure = {"confidence": 0.8, "vector": bytes(range(192))}
                return Reading(lang, "escalation", 9.0, True, (), (), (found,), (), self.method, **sure)
        return Reading(lang, "none", 0.0, False, (), (), (), (), self.method)
