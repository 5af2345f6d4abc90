namespace ModelServing.Cache.Reports;

/// <summary>The feature server's report about a minute. A later one about the same minute replaces it.</summary>
/// <param name="Unshipped">The events that the object store does not have yet. They are lost if the volume is.</param>
/// <param name="OverdueSeconds">For how long the oldest of them should have been shipped.</param>
/// <param name="LogShare">The part of the event log's space on the volume that is taken, from 0 to 1.</param>
public sealed record FeatureReport(long Unshipped, double OverdueSeconds, double LogShare, IReadOnlyList<ViewReport> Views)
{
    /// <summary>Whether the server is stopping and sends no more reports.</summary>
    public bool IsLeaving { get; init; }
}
