using ModelServing.Contracts;

namespace ModelServing.Cli.Rollouts;

/// <summary>The header and value that identify an operator to a router.</summary>
internal sealed class OperatorCredential
{
    private OperatorCredential(string header, string value)
    {
        Header = header;
        Value = value;
    }

    internal string Header { get; }

    internal string Value { get; }

    internal static OperatorCredential OfKey(string key) => new(HeaderNames.ApiKey, key);

    /// <summary>A token (JWT), without the word <c>Bearer</c>.</summary>
    internal static OperatorCredential OfToken(string token) => new("Authorization", $"Bearer {token}");
}
