namespace ModelServing.Bench;

/// <summary>The measurement can't be made; the message says why, and what would help.</summary>
internal sealed class BenchException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;
}
