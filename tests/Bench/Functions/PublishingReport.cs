namespace ModelServing.Bench.Functions;

/// <summary>The figures of one way of publishing.</summary>
internal sealed record PublishingReport(string Name, IReadOnlyList<FunctionStart> Starts);
