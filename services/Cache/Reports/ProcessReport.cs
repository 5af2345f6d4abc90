using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>What one process of a version says of one minute: all that it counted in it so far. What it says later of the same minute
/// takes the place of this, so that saying it twice is saying it once.</summary>
public sealed record ProcessReport
{
    /// <summary>The most streams that a process reports.</summary>
    public const int MaxStreams = 16;

    /// <summary>The version that it serves.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The process's run: what is started anew is another.</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>Whether it leaves, as it was asked to, and will report no more.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>What it counted, at most <see cref="MaxStreams"/>; none has the same variant and trial as another.</summary>
    public IReadOnlyList<VariantCounts> Streams { get; init; } = [];
}
