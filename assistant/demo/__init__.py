"""The demo shop that the project makes itself, seeded, of any size."""

from assistant.demo.build import build_demo, shop_settings
from assistant.demo.facts import DemoFacts

__all__ = ["DemoFacts", "build_demo", "shop_settings"]
