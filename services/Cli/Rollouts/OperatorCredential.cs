using ModelServing.Contracts;

namespace ModelServing.Cli.Rollouts;

/// <summary>What an operator shows a router: a header and its value.</summary>
internal sealed class OperatorCredential
{
    private OperatorCredential(string header, string value)
    {
        Header = header;
        Value = value;
    }

    internal string Header { get; }

    internal string Value { get; }

    /// <summary>An API key.</summary>
    internal static OperatorCredential OfKey(string key) => new(HeaderNames.ApiKey, key);

    /// <summary>A token (JWT), without the word before it.</summary>
    internal static OperatorCredential OfToken(string token) => new("Authorization", $"Bearer {token}");
}
