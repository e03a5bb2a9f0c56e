"""Lookbooks and picks: lists, one of them with its products as they are now, where products come from, links."""
