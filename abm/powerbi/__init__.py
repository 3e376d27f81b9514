"""What is published as a Power BI project: tables, relationships and measures in text."""
