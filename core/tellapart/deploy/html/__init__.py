"""One HTML file that classifies in the visitor's browser: no server, no request, pixels as the program's.

`export.py` puts it together; page.html, page.css and page/ are what a visitor sees, worker/ is what computes.
"""
