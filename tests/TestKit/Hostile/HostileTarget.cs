using System.Net;

namespace ModelServing.TestKit.Hostile;

/// <summary>Where a hostile request is sent, and what its placeholders mean there.</summary>
/// <param name="Address">The server.</param>
/// <param name="Values">The value of each placeholder but <c>{model}</c> and <c>{host}</c>.</param>
/// <param name="Headers">Headers that are added to a request that is not given byte by byte.</param>
public sealed record HostileTarget(Uri Address, IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Headers)
{
    internal IPEndPoint EndPoint => IPEndPoint.Parse(Address.Authority);

    internal string Fill(string text, string model)
    {
        text = text.Replace("{model}", model, StringComparison.Ordinal).Replace("{host}", Address.Authority, StringComparison.Ordinal);
        foreach (var (name, value) in Values)
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }
}
