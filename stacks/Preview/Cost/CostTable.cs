using System.Globalization;

namespace ModelServing.Stacks.Preview.Cost;

/// <summary>The monthly cost of a stack, or of its change, in lines of at most 80 columns.</summary>
internal sealed class CostTable
{
    private const string Unknown = "unknown";

    private readonly PriceList prices;
    private readonly CostAssumptions assumptions;

    internal CostTable(PriceList prices, CostAssumptions assumptions)
    {
        this.prices = prices;
        this.assumptions = assumptions;
    }

    /// <summary>The cost of a stack.</summary>
    internal IReadOnlyList<string> Lines(StackSnapshot stack)
    {
        var rows = Rows(stack);
        return
        [
            Line($"{prices.Currency} a month", "at least", "at most"),
            .. rows.Select(static row => row.IsUnknown
                ? Line(row.Group, Unknown, Unknown)
                : Line(row.Group, Money(row.Least), Money(row.Most))),
            Line("all that is known", Money(rows.Sum(static row => row.Least)), Money(rows.Sum(static row => row.Most))),
            .. Remarks(rows),
        ];
    }

    /// <summary>What a change costs, at the maximum of the autoscalers.</summary>
    /// <param name="left">The stack before; null if it is new.</param>
    /// <param name="right">The stack after.</param>
    /// <returns>The table; null if the cost does not change.</returns>
    internal IReadOnlyList<string>? Difference(StackSnapshot? left, StackSnapshot right)
    {
        var (before, after) = (left is null ? [] : Rows(left), Rows(right));
        var groups = after.Select(static row => row.Group).Union(before.Select(static row => row.Group));
        var changed = groups
            .Select(group => (
                Before: before.FirstOrDefault(row => row.Group == group),
                After: after.FirstOrDefault(row => row.Group == group)))
            .Where(static pair => pair.Before?.Most != pair.After?.Most || pair.Before?.Least != pair.After?.Least
                || !(pair.Before?.Unknown ?? []).SequenceEqual(pair.After?.Unknown ?? []))
            .ToList();
        if (changed.Count == 0)
            return null;
        var (total, former) = (after.Sum(static row => row.Most), before.Sum(static row => row.Most));
        return
        [
            Line($"{prices.Currency} a month, at most", "before", "after", "change"),
            .. changed.Select(static pair => Line(
                (pair.After ?? pair.Before)!.Group, Text(pair.Before), Text(pair.After), Change(pair.Before, pair.After))),
            Line("all that is known", Money(former), Money(total), Signed(total - former)),
            .. Remarks(after),
        ];
    }

    private IReadOnlyList<CostRow> Rows(StackSnapshot stack) =>
        CostRow.From(StackUsage.From(stack, assumptions, prices.HoursInMonth), prices);

    private IEnumerable<string> Remarks(IReadOnlyList<CostRow> rows)
    {
        string[] unknown = [.. rows.SelectMany(static row => row.Unknown).Distinct()];
        yield return "";
        if (unknown.Length > 0)
            yield return $"price unknown, so not in the sums: {string.Join("; ", unknown)}";
        var (oldest, newest) = prices.Dates;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"list prices of {oldest:yyyy-MM-dd} to {newest:yyyy-MM-dd} ({PriceList.FileName}), {prices.HoursInMonth} hours");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"assumed: --rate {assumptions.RequestsPerSecond} (requests a second), --stored {assumptions.StoredGbs} (GB in the bucket),");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"and {CostAssumptions.FunctionSeconds} s for each call of ModelMetrics, one a minute");
        if (rows.Any(static row => row.Group == StackUsage.Splitting))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"and --split-seconds {assumptions.SplitSeconds} for each call of TrafficSplitter, one for each request");
        }

        yield return "not in it: free allowances, discounts, traffic, logs, metrics, requests to the bucket, keys";
    }

    private static string Text(CostRow? row) => row is null ? "none" : row.IsUnknown ? Unknown : Money(row.Most);

    private static string Change(CostRow? before, CostRow? after) =>
        before is { IsUnknown: true } || after is { IsUnknown: true } ? Unknown : Signed((after?.Most ?? 0) - (before?.Most ?? 0));

    private static string Money(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    private static string Signed(decimal amount) => amount.ToString("+#,0.00;-#,0.00;0.00", CultureInfo.InvariantCulture);

    private static string Line(string what, params ReadOnlySpan<string> columns)
    {
        var line = what.PadRight(26);
        foreach (var column in columns)
            line += column.PadLeft(16);
        return line;
    }
}
