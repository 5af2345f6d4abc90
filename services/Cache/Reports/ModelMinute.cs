namespace ModelServing.Cache.Reports;

/// <summary>The reports of a model's processes about one minute.</summary>
/// <param name="Processes">The last report of each process.</param>
/// <param name="Unreadable">How many reports could not be read, because a newer or a foreign program wrote them.</param>
public sealed record ModelMinute(IReadOnlyList<ProcessReport> Processes, int Unreadable);
