"""The office: staff questions, exact answers, receipts."""
