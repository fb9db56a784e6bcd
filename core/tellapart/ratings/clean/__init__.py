"""What may be wrong with ratings: numbers, people, bursts, and items that one person alone rated."""
