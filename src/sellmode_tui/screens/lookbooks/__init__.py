"""Lookbooks and picks: lists, pages, forms, sharing."""
