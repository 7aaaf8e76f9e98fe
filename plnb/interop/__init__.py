"""Other people's formats as pure translators: text or plain data in, core types out, and back."""
