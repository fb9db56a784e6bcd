"""Commands about why: what an answer rests on, and what more pictures would bring."""
