namespace ModelServing.Cli.Up;

/// <summary>A program that a host runs: what to start, and the arguments that come first.</summary>
internal sealed record HostProgram(string FileName, IReadOnlyList<string> Arguments);
