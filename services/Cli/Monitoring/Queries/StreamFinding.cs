namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>The result of a query for one stream or one group of streams.</summary>
/// <param name="Holds">Whether the query holds.</param>
/// <param name="Values">The value of each expression in the query.</param>
internal sealed record StreamFinding(bool Holds, IReadOnlyDictionary<string, double> Values);
