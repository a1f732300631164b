"""MCP: the memory as tools, resources and a prompt for any agent that speaks it, over stdio and at /mcp of a server.

What a client is told is in `words`, what a call does in `turn`, how both are spoken in `speech`; `stdio` and `http` are the
two doors, which say who calls.
"""
