namespace ModelServing.Jobs;

/// <summary>Ends a job. The message says what is wrong and how to correct it.</summary>
internal sealed class JobException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    internal int ExitCode => exitCode;
}
