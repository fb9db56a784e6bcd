"""App: the studio around the pages: launcher, server, page frame, jobs, words that all pages share."""
