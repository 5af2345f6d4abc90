using System.Globalization;
using ModelServing.Contracts.Admin;

namespace ModelServing.Cli.Rollouts;

/// <summary>The guard's evidence about a variant, as bars and in words.</summary>
internal static class EvidenceLines
{
    private const int BarWidth = 16;

    internal static IEnumerable<string> Lines(VariantStatus variant, ReportForm form)
    {
        if (variant.Guard is not { } guard)
            yield break;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  guard of {FiguresTable.NameOf(variant)}, minute {guard.Minute} of trial {variant.Trial}");
        foreach (var reading in guard.Readings)
        {
            var counts = Counts(reading);
            var line = $"    {reading.Kind,-13}[{Bar(reading)}]  {Evidence(reading)}";
            if (counts.Length == 0 || form.IsWide)
            {
                yield return counts.Length == 0 ? line : $"{line}: {counts}";
            }
            else
            {
                yield return line;
                yield return $"    {"",-13}{"",BarWidth + 2}  {counts}";
            }
        }
    }

    /// <summary>The evidence in words, such as <c>1 of the 8,000 that condemn</c>.</summary>
    internal static string Evidence(KindStatus reading) => string.Create(
        CultureInfo.InvariantCulture, $"{reading.Evidence:#,0.##} of the {reading.Threshold:#,0} that condemn");

    // Evidence is a product that starts at 1, so equal steps of the bar are equal factors.
    private static string Bar(KindStatus reading)
    {
        var share = Math.Log(Math.Max(1, reading.Evidence)) / Math.Log(Math.Max(2, reading.Threshold));
        var full = (int)Math.Clamp(share * BarWidth, 0, BarWidth);
        return new string('#', full) + new string('.', BarWidth - full);
    }

    private static string Counts(KindStatus reading) =>
        reading.Failures == 0 ? ""
        : reading.Kind == "maxErrorRate"
            ? string.Create(CultureInfo.InvariantCulture, $"{reading.Failures:N0} of {reading.Failures + reading.Others:N0} failed")
            : string.Create(CultureInfo.InvariantCulture, $"{reading.Failures:N0} failed, {reading.Others:N0} of stable");
}
