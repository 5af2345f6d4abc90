namespace ModelServing.Bench.Functions;

/// <summary>What one way of publishing costs.</summary>
internal sealed record PublishingReport(string Name, IReadOnlyList<FunctionStart> Starts);
