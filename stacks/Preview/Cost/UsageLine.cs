namespace ModelServing.Stacks.Preview.Cost;

/// <summary>How much of one thing a stack uses in a month.</summary>
/// <param name="Group">The row of the table.</param>
/// <param name="Price">The price's name.</param>
/// <param name="Least">The quantity while the autoscalers are at their minimum.</param>
/// <param name="Most">The quantity while they are at their maximum.</param>
internal sealed record UsageLine(string Group, string Price, decimal Least, decimal Most);
