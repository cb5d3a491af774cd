"""The web: pages and API. Thin: parse, call one flow, render."""
