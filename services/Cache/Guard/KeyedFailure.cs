namespace ModelServing.Cache.Guard;

/// <summary>The history of a routing key whose call failed.</summary>
/// <param name="PreviousMinute">The minute of its previous failure, on any router and variant; null if there was none.</param>
/// <param name="IsFull">Whether there is no room for more keys. Then failures of calls with a routing key no longer count.</param>
public sealed record KeyedFailure(int? PreviousMinute, bool IsFull);
