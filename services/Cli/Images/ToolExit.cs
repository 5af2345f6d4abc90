namespace ModelServing.Cli.Images;

/// <summary>How a program ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">The last lines of the standard output.</param>
/// <param name="Errors">The last lines of the standard error.</param>
internal sealed record ToolExit(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors);
