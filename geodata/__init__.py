"""The domain: sites, their hours, positions and ratings, the stores that keep them and the index that finds them.

Nothing here knows of HTTP, HTML, file formats or command lines.
"""
