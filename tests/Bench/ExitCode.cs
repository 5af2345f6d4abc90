namespace ModelServing.Bench;

/// <summary>How a measurement ended.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>An answer was wrong, or a program ended: there is nothing to compare.</summary>
    internal const int Failed = 1;

    internal const int WrongInput = 2;

    /// <summary>A program that is measured or measures is not installed.</summary>
    internal const int Missing = 3;
}
