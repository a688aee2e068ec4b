// Reading files is part of every schema: who imports the schema needs no second import for `ingest(files:)` and its errors.
@_exported public import LogSources
