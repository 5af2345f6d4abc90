using ModelServing.Contracts.Predictions;

namespace ModelServing.Jobs;

/// <summary>The exit codes, the same as those of <c>ms</c>.</summary>
internal static class JobExit
{
    internal const int Done = 0;

    /// <summary>A store or the disk could not be used; a later run may succeed.</summary>
    internal const int Failed = 1;

    /// <summary>An argument or a setting is wrong.</summary>
    internal const int WrongInput = ExportJobSettings.WrongInput;

    /// <summary>The job was interrupted; shells report Ctrl-C with this code.</summary>
    internal const int Interrupted = 130;
}
