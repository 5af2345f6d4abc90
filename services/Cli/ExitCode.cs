namespace ModelServing.Cli;

/// <summary>What a command ends with, for a script.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>It failed: something that was started ended, or a store could not be used.</summary>
    internal const int Failed = 1;

    /// <summary>What was given is wrong: an argument, a setting, a file.</summary>
    internal const int WrongInput = 2;

    /// <summary>A port that was asked for is taken.</summary>
    internal const int PortTaken = 3;

    /// <summary>It was stopped before it was done, as shells report Ctrl-C.</summary>
    internal const int Interrupted = 130;
}
