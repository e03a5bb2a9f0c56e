"""The one form: its fields, saving, and drafts that come back."""
