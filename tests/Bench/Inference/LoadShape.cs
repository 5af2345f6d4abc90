namespace ModelServing.Bench.Inference;

/// <summary>What the load generator does.</summary>
/// <param name="Connections">How many connections it keeps busy.</param>
/// <param name="Rows">The rows of each request.</param>
internal sealed record LoadShape(int Connections, int Rows)
{
    internal static readonly LoadShape[] All = [new(32, 1), new(1, 1), new(32, 32)];

    public override string ToString() => $"{(Connections == 1 ? "one connection" : $"{Connections} connections")}, " +
        $"{(Rows == 1 ? "one row" : $"{Rows} rows")} in each request";
}
