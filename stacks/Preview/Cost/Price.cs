namespace ModelServing.Stacks.Preview.Cost;

/// <summary>The price of one unit of something that OCI bills.</summary>
/// <param name="Name">What is billed, as <see cref="StackUsage"/> names it.</param>
/// <param name="Unit">The unit, such as <c>GB hour</c>.</param>
/// <param name="Value">The price in the list's currency; null if no source states it.</param>
/// <param name="Date">The date of the source; null without a price.</param>
internal sealed record Price(string Name, string Unit, decimal? Value, DateOnly? Date);
