"""The live tools: what the model may do with the call itself, one file each."""
