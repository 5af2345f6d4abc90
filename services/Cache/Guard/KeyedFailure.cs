namespace ModelServing.Cache.Guard;

/// <summary>What is known of a routing key whose call failed.</summary>
/// <param name="PreviousMinute">The minute of its failure before this one, on whatever router and variant; null where there was none.</param>
/// <param name="IsFull">Whether there is no room to remember more keys. Then no failure of a call with a routing key counts.</param>
public sealed record KeyedFailure(int? PreviousMinute, bool IsFull);
