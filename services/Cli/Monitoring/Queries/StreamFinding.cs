namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>What a query says of one stream, or of one group of streams.</summary>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Values">The value of each expression in it.</param>
internal sealed record StreamFinding(bool Holds, IReadOnlyDictionary<string, double> Values);
