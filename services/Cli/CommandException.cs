namespace ModelServing.Cli;

/// <summary>Ends a command. The lines say what is wrong, where, and how to correct it.</summary>
internal sealed class CommandException(int exitCode, params IReadOnlyList<string> lines) : Exception(string.Join('\n', lines))
{
    internal int ExitCode => exitCode;

    internal IReadOnlyList<string> Lines => lines;
}
