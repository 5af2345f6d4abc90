using System.Globalization;
using ModelServing.Contracts.Admin;

namespace ModelServing.Cli.Rollouts;

/// <summary>The requests of a model's variants in the last 1, 5 and 60 minutes, each variant beside stable. Within 80 columns.</summary>
internal static class FiguresTable
{
    private const int NameWidth = 20;

    internal static IEnumerable<string> Lines(ModelStatus model, ReportForm form)
    {
        var counted = model.Variants.Where(static variant => variant.Figures is { Requests: > 0 }).ToList();
        if (counted.Count == 0)
        {
            yield return "  no requests yet";
            yield break;
        }

        yield return Row("", "requests", "share", "errors", "refused", "p50 ms", "p95 ms", "p99 ms");
        for (var i = 0; i < counted[0].Figures!.Periods.Count; i++)
        {
            var minutes = counted[0].Figures!.Periods[i].Minutes;
            yield return minutes == 1 ? "  last minute" : string.Create(CultureInfo.InvariantCulture, $"  last {minutes} minutes");
            var all = counted.Sum(variant => variant.Figures!.Periods[i].Requests);
            // A variant that nothing was counted of has a row too: a canary without requests is something to know.
            foreach (var variant in model.Variants)
                yield return Row(variant, variant.Figures?.Periods[i] ?? new PeriodFigures(minutes, 0, 0, 0), all);
        }

        if (!form.HasSparklines)
            yield break;
        yield return "  last 60 minutes, the present one on the right";
        foreach (var variant in counted)
        {
            foreach (var line in Sparklines(variant, form))
                yield return line;
        }
    }

    internal static string NameOf(VariantStatus variant)
    {
        var version = $" v{variant.Version}";
        var most = NameWidth - 4 - version.Length;
        return (variant.Name.Length <= most ? variant.Name : variant.Name[..(most - 1)] + "…") + version;
    }

    private static IEnumerable<string> Sparklines(VariantStatus variant, ReportForm form)
    {
        var figures = variant.Figures!;
        IReadOnlyList<double?> requests = [.. figures.RequestsByMinute.Select(static count => (double?)count)];
        var latencies = figures.P95ByMinute;
        if (!form.IsWide)
        {
            requests = Sparkline.Halve(requests, static pair => pair.Sum());
            latencies = Sparkline.Halve(latencies, static pair => pair.Max());
        }

        var name = "    " + NameOf(variant).PadRight(NameWidth - 4);
        yield return $"{name}requests {Sparkline.Draw(requests)}  max {Count(figures.RequestsByMinute.Max())}/min";
        yield return $"{"".PadRight(NameWidth)}p95      {Sparkline.Draw(latencies)}  max {Milliseconds(latencies.Max())} ms";
    }

    private static string Row(VariantStatus variant, PeriodFigures figures, long all) => Row(
        "    " + NameOf(variant),
        Count(figures.Requests),
        Share(figures.Requests, all),
        Share(figures.Errors, figures.Requests),
        Share(figures.Refused, figures.Requests),
        Milliseconds(figures.P50Milliseconds),
        Milliseconds(figures.P95Milliseconds),
        Milliseconds(figures.P99Milliseconds));

    private static string Row(
        string name, string requests, string share, string errors, string refused, string p50, string p95, string p99) =>
        $"{name,-NameWidth}{requests,11}{share,8}{errors,8}{refused,8}{p50,8}{p95,8}{p99,8}";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(long part, long all) =>
        all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / all:0.00}%");

    // Three digits, because a latency is exact to 10%.
    private static string Milliseconds(double? time) => time switch
    {
        null => "-",
        < 10 => time.Value.ToString("0.00", CultureInfo.InvariantCulture),
        < 100 => time.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => time.Value.ToString("0", CultureInfo.InvariantCulture),
    };
}
