"""One thread: the networks are tiny, and other work shares the machine."""

import pytest
import torch

from engine.evaluation import metrics

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand AUCs take seconds."""
    monkeypatch.setattr(metrics, "ROUNDS", 60)
