namespace ModelServing.Bench.Inference;

/// <summary>What the load generator does.</summary>
/// <param name="Connections">How many connections it keeps busy.</param>
/// <param name="Rows">The rows of each request.</param>
/// <param name="Form">How they are sent.</param>
internal sealed record LoadShape(int Connections, int Rows, RequestForm Form = RequestForm.Json)
{
    /// <summary>The rows of a request whose throughput is compared with that of the model alone.</summary>
    internal const int ManyRows = 32;

    internal static readonly LoadShape[] All =
    [
        new(32, 1), new(1, 1), new(32, ManyRows), new(32, ManyRows, RequestForm.Bytes), new(32, ManyRows, RequestForm.Message),
    ];

    public override string ToString() => $"{(Connections == 1 ? "one connection" : $"{Connections} connections")}, " +
        $"{(Rows == 1 ? "one row" : $"{Rows} rows")} in each request{FormText}";

    private string FormText => Form switch
    {
        RequestForm.Bytes => ", as bytes",
        RequestForm.Message => ", as bytes in a message",
        _ => "",
    };
}
