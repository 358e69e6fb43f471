"""A tagger that misbehaves when a title asks for it: what reader processes have to survive."""

import os
import signal
import time

from monitor.models import Reading


class FakeTagger:
    def __init__(self, method: str):
        self.method = method

    @classmethod
    def load(cls, method: str = "fake") -> "FakeTagger":
        if method == "broken":
            raise ValueError("no such lexicon")
        return cls(method)

    def read(self, title: str, summary: str, *, lang: str | None = None, anywhere: bool = False) -> Reading:
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
        return Reading(lang, "none", 0.0, False, (), (), (), (), self.method)
