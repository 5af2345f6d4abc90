using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>One process's report about one minute: everything that it counted in that minute so far. A later report about the same minute
/// replaces this one, so a repeated report counts once.</summary>
public sealed record ProcessReport
{
    public const int MaxStreams = 16;

    public required ModelVersion Version { get; init; }

    /// <summary>The process's run; a restarted process has a new one.</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>Whether the process is stopping and sends no more reports.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>The state of the prediction log when the report was made; null without a log.</summary>
    public LogReport? Log { get; init; }

    /// <summary>The counts, at most <see cref="MaxStreams"/>; each pair of variant and trial occurs once.</summary>
    public IReadOnlyList<VariantCounts> Streams { get; init; } = [];
}
