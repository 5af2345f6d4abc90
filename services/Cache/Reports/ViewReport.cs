namespace ModelServing.Cache.Reports;

/// <summary>The state of a version of a feature view.</summary>
/// <param name="View">The view's name.</param>
/// <param name="IsFilled">Whether its features can be read.</param>
/// <param name="DelaySeconds">How old the oldest event is that is not applied.</param>
/// <param name="Events">The events that it was given in the minute and that it uses.</param>
/// <param name="Late">Those of them that were older than the lateness allows, and so were not applied.</param>
public sealed record ViewReport(string View, int Version, bool IsFilled, double DelaySeconds, long Events, long Late);
