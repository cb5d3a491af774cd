"""The draw: the frozen pool, the public random value, the seed, the ranking, the awards. Pure."""
