"""Holdfast as a service: REST, the mem0 protocol, MCP and a page to look inside, over one `AsyncMemory` a tenant."""
