"""The guided editor: a definition's text as questions with their answers, section by section, and back.

The text stays the only source. An answer that was changed is written into it where it stands; comments, order and all
the rest of the text stay as they are. Pure: text in, text out.
"""
