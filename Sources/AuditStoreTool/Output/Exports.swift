// Cells and their JSON, which the server prints as well: every file of the output is about them.
@_exported import AuditOutput
