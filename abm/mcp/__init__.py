"""`abm mcp`: answers an assistant's questions over the Model Context Protocol, read-only."""
