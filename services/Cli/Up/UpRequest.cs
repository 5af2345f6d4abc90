using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>The options of <c>ms up</c>.</summary>
internal sealed record UpRequest(StackLocation Stack, bool Demo, bool Once, bool Json, PlatformPace Pace, SplittingMode? Splitting)
{
    /// <summary>The payments of a demo's first round.</summary>
    public int Payments { get; init; }

    /// <summary>The most payments of the experiment at the end of a demo; 0 for no experiment.</summary>
    public int ExperimentPayments { get; init; }
}
