using System.Text;
using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>Who sent a request, as far as its credential says it.</summary>
/// <param name="name">The client's name; the router never logs or counts by it.</param>
/// <param name="role">What the client may do.</param>
/// <param name="claims">The claims of the token; undefined where there was none.</param>
internal sealed class Client(string name, ClientRole role, JsonElement claims = default)
{
    /// <summary>A client that gave no credential, where that is allowed.</summary>
    internal static Client Anonymous { get; } = new("anonymous", ClientRole.Caller);

    internal string Name => name;

    internal ClientRole Role => role;

    /// <summary>Whether the client may name the variant that answers.</summary>
    internal bool MayOverride => role >= ClientRole.Tester;

    /// <summary>The value of a claim as a routing key, in the form in which headers are held: a character for each byte of its UTF-8, so
    /// that a key is the same by header and by claim. Null when there is none: no token, no such claim, or a list or a map.</summary>
    internal string? RoutingKey(string claim)
    {
        if (claims.ValueKind != JsonValueKind.Object || !claims.TryGetProperty(claim, out var value))
            return null;
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        if (string.IsNullOrEmpty(text))
            return null;
        return Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
    }
}
