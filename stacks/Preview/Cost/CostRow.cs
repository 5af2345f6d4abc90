namespace ModelServing.Stacks.Preview.Cost;

/// <summary>The monthly cost of a group of things.</summary>
/// <param name="Group">The group, such as <c>nodes</c>.</param>
/// <param name="Least">The cost while the autoscalers are at their minimum, of what has a known price.</param>
/// <param name="Most">The same at their maximum.</param>
/// <param name="Unknown">The names of the prices that are unknown.</param>
internal sealed record CostRow(string Group, decimal Least, decimal Most, IReadOnlyList<string> Unknown)
{
    /// <summary>Whether nothing of it has a known price.</summary>
    internal bool IsUnknown { get; init; }

    internal static IReadOnlyList<CostRow> From(IEnumerable<UsageLine> lines, PriceList prices) =>
    [
        .. from line in lines
           group line by line.Group into rows
           let known = rows.Where(row => prices.Find(row.Price) is not null).ToList()
           select new CostRow(
               rows.Key,
               known.Sum(row => row.Least * prices.Find(row.Price)!.Value),
               known.Sum(row => row.Most * prices.Find(row.Price)!.Value),
               [.. rows.Select(static row => row.Price).Where(price => prices.Find(price) is null).Distinct()])
           {
               IsUnknown = known.Count == 0,
           },
    ];
}
