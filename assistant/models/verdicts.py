"""What evidence says to a yes/no question, read by a small network: the chances of yes and of no; what is left of 1 is silence.

Owns inference alone. The network is a branch on the shared encoder's lower layers, over evidence and question together; it knows meaning
("fits most phones" to "will it fit mine?") where the rules of `assistant.models.entailment` know words. What a chance is worth is for
`assistant.shopper.respond` to say.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from assistant.errors import ModelCorrupt, ModelMissing
from assistant.models.encoder import MODEL_FILE, SHIPPED_FOLDER, OnnxEncoder
from assistant.models.entailment import Verdict, telling
from assistant.models.folder import open_model
from assistant.models.intent import softmax
from assistant.models.registry import find_model
from assistant.models.sentiment import STATES

TASK = SLOT = "verdict"
HEAD = "verdict"
LABELS = (Verdict.YES, Verdict.NO, Verdict.SILENT)
MOST_PIECES = 3
"""So many pieces of evidence are read, those that have most of the question's words."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely the evidence says yes, and how likely no."""

    yes: float
    no: float

    def of(self, verdict: Verdict) -> float:
        """The chance of one verdict."""
        return {Verdict.YES: self.yes, Verdict.NO: self.no}.get(verdict, 1.0 - self.yes - self.no)


class VerdictReader(Protocol):
    """Reads what evidence says to a yes/no question."""

    def warm_up(self) -> None:
        """Loads what it needs."""
        ...

    def read(self, question: str, evidence: Sequence[str]) -> Chances:
        """The chances by the piece of evidence that says most clearly either."""
        ...


class TrainedVerdicts:
    """A model folder's. The constructor only remembers where to look; the first use, or `warm_up`, loads. Safe to share between threads."""

    def __init__(self, folder: Path, encoder: OnnxEncoder | None = None) -> None:
        """`encoder`: whose lower layers it goes on from, by default the shipped one's."""
        self.folder = folder
        self._encoder = encoder
        self._loaded: tuple[Any, OnnxEncoder, np.float32] | None = None
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Loads the model and reads one pair.

        Raises:
            ModelMissing, ModelCorrupt: see `assistant.models.folder.open_model`.
        """
        self.read("Is it warm?", ["It is warm."])

    def read(self, question: str, evidence: Sequence[str]) -> Chances:
        """See `VerdictReader.read`."""
        asked = telling(question)
        nearest = sorted((piece for piece in evidence if piece.strip()), key=lambda piece: -len(asked & telling(piece)))[:MOST_PIECES]
        return max((self.of_piece(question, piece) for piece in nearest), key=lambda c: max(c.yes, c.no), default=Chances(0.0, 0.0))

    def of_piece(self, question: str, piece: str) -> Chances:
        """The chances by one piece alone."""
        session, encoder, temperature = self._load()
        states = encoder.read_deep(piece, question).states
        (scores,) = session.run(None, {STATES: states[None]})  # (1, tokens, labels)
        yes, no, _ = softmax(scores.mean(axis=1) / temperature)[0]
        return Chances(float(yes), float(no))

    def _load(self) -> tuple[Any, OnnxEncoder, np.float32]:
        with self._lock:
            if self._loaded is None:
                import onnxruntime as ort

                model = open_model(self.folder, TASK)
                if model.card.labels.get(HEAD) != tuple(map(str, LABELS)):
                    raise ModelCorrupt(f"The card in {self.folder} has other labels than {', '.join(LABELS)}.", hint="Train it anew.")
                options = ort.SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                options.log_severity_level = 3
                session = ort.InferenceSession(str(model.file(MODEL_FILE)), options, providers=["CPUExecutionProvider"])
                temperature = np.float32(model.card.settings.get("temperature", 1.0))
                self._loaded = (session, self._encoder or OnnxEncoder(find_model(SHIPPED_FOLDER)), temperature)
            return self._loaded


def load_verdicts(store_folder: Path | None = None) -> TrainedVerdicts | None:
    """The shop's own model, or the shipped one; None where there is neither. Cheap: nothing is loaded before the first use."""
    try:
        return TrainedVerdicts(find_model(SLOT, store_folder))
    except ModelMissing:
        return None
