namespace ModelServing.Bench;

/// <summary>The measurement failed. The message gives the reason and, if there is one, the remedy.</summary>
internal sealed class BenchException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;
}
