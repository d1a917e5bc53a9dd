"""The durable record of every run: what was planned, sent and answered. All SQL is here."""
