"""`python -m tellapart.cli`, where the console script is not on the path."""

from tellapart.cli import main

main()
