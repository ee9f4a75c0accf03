"""What crosses a process boundary: the function table, tool calls, facts, the call record."""
