"""What becomes of a plan's result: files for people, and jobs that make results in the background.

Web workers may import this package, but not ``charts`` (matplotlib), ``workbook`` or what solves.
"""
