"""One bundle as a folder for Hugging Face Spaces, with Gradio."""
