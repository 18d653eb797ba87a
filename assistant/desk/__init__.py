"""The desk: suggestions, summaries and handoff for support agents."""

from assistant.desk.desk import Desk, Draft, Ready, Suggestion
from assistant.desk.readings import Heard, Readings
from assistant.desk.summary import summary

__all__ = ["Desk", "Draft", "Heard", "Readings", "Ready", "Suggestion", "summary"]
