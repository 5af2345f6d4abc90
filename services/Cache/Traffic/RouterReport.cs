namespace ModelServing.Cache.Traffic;

/// <summary>What one run of a router counted of a model's requests.</summary>
/// <param name="Router">The run.</param>
/// <param name="Time">When it reported.</param>
/// <param name="Counts">The counts, in a form that only routers know.</param>
public sealed record RouterReport(Guid Router, DateTimeOffset Time, ReadOnlyMemory<byte> Counts);
