"""Instants as people of a campaign read them."""

from datetime import datetime

from contests.campaign.definition import Campaign
from contests.dates import said


def local(at: datetime, definition: Campaign, language: str) -> str:
    """Return an instant as people of the campaign read it, with its time zone."""
    return said(at, definition.timezone, language)
