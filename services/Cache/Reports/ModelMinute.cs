namespace ModelServing.Cache.Reports;

/// <summary>What the processes of a model said of one minute.</summary>
/// <param name="Processes">What each said last.</param>
/// <param name="Unreadable">How many reports could not be read: a newer program wrote them, or none of ours.</param>
public sealed record ModelMinute(IReadOnlyList<ProcessReport> Processes, int Unreadable);
