namespace ModelServing.Bench;

/// <summary>The exit codes of the benches.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>An answer was wrong, or a program ended, so there are no figures.</summary>
    internal const int Failed = 1;

    internal const int WrongInput = 2;

    /// <summary>A program that the bench needs is not installed.</summary>
    internal const int Missing = 3;
}
