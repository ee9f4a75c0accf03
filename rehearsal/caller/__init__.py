"""Who rings: what the caller wants and says, and what is shown of the conversation."""
