"""The read model: every public read about sites is answered from a :class:`SiteIndex` in memory."""
