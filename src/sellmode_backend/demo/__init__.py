"""A believable retailer to try Sellmode with: a department store for fashion, beauty and pets.

``world`` makes it, a function of a seed and a day; ``python -m sellmode_backend.demo`` fills a backend with it and
opens the app.
"""
