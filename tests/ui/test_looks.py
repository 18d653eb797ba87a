"""Whoever looks at customers in the office is written down, as at the desk."""

from __future__ import annotations

from pathlib import Path

from served import ScriptedAnalyst, make_shop

from assistant.types import Answer, Message, Role, Row, Status

BY_CUSTOMER = {"tool": "ranking", "metrics": ["net_sales"], "by": ["customer"]}
OF_ONE = {
    "tool": "metric",
    "metrics": ["net_sales"],
    "filters": [{"dimension": "customer", "op": "in", "values": [12347], "label": "12347"}],
}
NOT_ONE = {"tool": "metric", "filters": [{"dimension": "customer", "op": "ne", "values": [12347], "label": "12347"}]}


def test_a_look_at_customers_is_in_the_audit_log(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    rows = (Row("c1", 9.0), Row("c2", 8.0))
    script = {
        "best": Answer(Status.ANSWERED, "c1", rows=rows, question=BY_CUSTOMER),
        "12347": Answer(Status.ANSWERED, "9", question=OF_ONE),
        "without": Answer(Status.ANSWERED, "9", question=NOT_ONE),
        "unclear": Answer(Status.CLARIFY, "Which?", rows=rows, question=BY_CUSTOMER),
        "month": Answer(Status.ANSWERED, "9", rows=rows, question={"tool": "series", "by": ["month"]}),
    }
    shop.__dict__["analyst"] = ScriptedAnalyst(script)
    for text in script:
        shop.answer(Message(text, "insights:ada:1", text, Role.STAFF, account_role="analyst"))
    looks = [(e.actor, e.subject, e.detail["count"]) for e in shop.store.audit.recent() if e.action == "customer_viewed"]
    assert looks == [("staff:insights:ada:1", "12347", 1), ("staff:insights:ada:1", "c1, c2", 2)]
    shop.close()
