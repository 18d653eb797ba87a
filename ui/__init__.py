"""The screens: three Gradio apps in one FastAPI app, sign-in, theme."""
