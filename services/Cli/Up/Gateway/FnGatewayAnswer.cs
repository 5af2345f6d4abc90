namespace ModelServing.Cli.Up.Gateway;

/// <summary>What the gateway's caller gets.</summary>
/// <param name="Body">The content.</param>
internal sealed record FnGatewayAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>A bare answer of the gateway itself.</summary>
    internal static FnGatewayAnswer Bare(int status) => new(status, new Dictionary<string, string>(), default);
}
