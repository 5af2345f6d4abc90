namespace ModelServing.Stacks.Preview.Summary;

/// <summary>Whether new canaries and arms answer the requests of stable's callers.</summary>
internal static class InterfaceSummary
{
    internal static IEnumerable<SummaryLine> From(StackComparison comparison) =>
        (comparison.Right.Interfaces ?? []).Except(comparison.Left?.Interfaces ?? []).Select(static line => new SummaryLine(line));
}
