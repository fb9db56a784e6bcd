"""What the Train page says of a training beside its headline: computed when somebody looks at it."""
