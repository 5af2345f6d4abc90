using System.Globalization;

namespace ModelServing.Cli.Demo;

/// <summary>What the answers of a round say about their features, and how many events flowed meanwhile.</summary>
internal sealed record FeatureFigures
{
    /// <summary>The answers with default features.</summary>
    public required int Defaults { get; init; }

    /// <summary>The number of answers for each value of the header that says so.</summary>
    public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    /// <summary>The payments and frauds that are in the event log.</summary>
    public required long Events { get; init; }

    internal static FeatureFigures From(IReadOnlyCollection<DemoAnswer> answers, long events)
    {
        var reasons = new SortedDictionary<string, int>(
            answers.Where(static answer => answer.Defaults is not null).CountBy(static answer => answer.Defaults!).ToDictionary(),
            StringComparer.Ordinal);
        return new FeatureFigures { Defaults = reasons.Values.Sum(), Reasons = reasons, Events = events };
    }

    internal string Describe(int requests)
    {
        var reasons = Defaults == 0 ? "" : $" ({string.Join("; ", Reasons.Select(static pair =>
            string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value:N0}")))})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Each payment was sent as card_id, terminal_id, amount and time. {Defaults:N0} of {requests:N0} answers used default " +
                $"features{reasons}. {Events:N0} events flowed into the feature store.");
    }
}
