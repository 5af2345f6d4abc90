namespace ModelServing.Bench.Soak.Hostile;

/// <summary>The result of a hostile mix.</summary>
/// <param name="Kinds">How the requests of each kind ended.</param>
/// <param name="Good">How good requests beside them ended.</param>
/// <param name="Evidence">What the guards counted.</param>
/// <param name="Faults">What no input may cause.</param>
internal sealed record HostileReport(
    IReadOnlyDictionary<string, HostileTally> Kinds, GoodCounts Good, IReadOnlyList<string> Evidence, IReadOnlyList<string> Faults)
{
    internal bool IsGood => Faults.Count == 0 && Good is { Failed: 0, Answered: > 0 } && Kinds.Values.All(static kind => kind.Wrong == 0);
}
