"""The widget that shows a mask over its picture and lets a person paint in it."""
