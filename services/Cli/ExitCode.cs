namespace ModelServing.Cli;

/// <summary>The exit codes of the commands, for scripts.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>The command failed: a process that it started ended, or a store could not be used.</summary>
    internal const int Failed = 1;

    /// <summary>An argument, a setting or a file is wrong, or the identity can't be obtained.</summary>
    internal const int WrongInput = 2;

    /// <summary>The requested port is taken.</summary>
    internal const int PortTaken = 3;

    /// <summary>The command was interrupted; shells report Ctrl-C with this code.</summary>
    internal const int Interrupted = 130;
}
