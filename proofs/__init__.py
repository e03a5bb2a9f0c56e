"""Proofs that nothing is lost, done twice or leaked: ``./dev proofs``, told in docs/proofs.md."""
