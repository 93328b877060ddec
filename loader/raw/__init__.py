"""The raw tables: their contract, the rows that go into them, and what a warehouse holds of them already."""
