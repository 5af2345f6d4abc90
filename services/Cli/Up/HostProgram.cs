namespace ModelServing.Cli.Up;

/// <summary>A host's program: the executable, and its first arguments.</summary>
internal sealed record HostProgram(string FileName, IReadOnlyList<string> Arguments);
