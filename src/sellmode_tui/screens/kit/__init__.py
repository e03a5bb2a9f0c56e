"""What all pages share: how they open, ask, show text, name their keys and speak."""
