namespace ModelServing.Jobs.Replays;

/// <summary>Counts reasons. Texts may contain anything, so only so many different ones are kept.</summary>
internal sealed class ReasonCounts
{
    private const int Most = 100;
    private const int MostShown = 10;
    private const string Others = "other reasons";

    private readonly Dictionary<string, long> counts = [];

    internal long Total { get; private set; }

    internal IReadOnlyList<CountedReason> Frequent =>
        [.. counts.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Take(MostShown).Select(static pair => new CountedReason(pair.Key, pair.Value))];

    internal void Add(string reason)
    {
        Total++;
        var key = counts.ContainsKey(reason) || counts.Count < Most ? reason : Others;
        counts[key] = counts.GetValueOrDefault(key) + 1;
    }
}
