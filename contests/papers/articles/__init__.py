"""The articles of the rules text, one file a theme. Each says what the engine does, in both languages."""
