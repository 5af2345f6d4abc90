namespace ModelServing.Cache.Reports;

/// <summary>The state of a process's prediction log.</summary>
/// <param name="Backlog">The records that the store does not have yet. They are lost if the machine is.</param>
/// <param name="BacklogAge">The age of the oldest of them, in whole milliseconds.</param>
/// <param name="Aside">The records that are set aside, because the store rejects them.</param>
/// <param name="Lost">The records that were lost: in the minute, for a minute's report.</param>
public sealed record LogReport(long Backlog, TimeSpan BacklogAge, long Aside, long Lost);
