using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>The client of a request, as its credential identifies it.</summary>
/// <param name="name">The client's name. No host logs it or counts by it.</param>
/// <param name="role">What the client may do.</param>
/// <param name="claims">The claims of the token; undefined if there is no token.</param>
public sealed class Client(string name, ClientRole role, JsonElement claims = default)
{
    /// <summary>A client without a credential, if that is allowed.</summary>
    public static Client Anonymous { get; } = new("anonymous", ClientRole.Caller);

    public string Name => name;

    /// <summary>The hash of the name, the same in every process.</summary>
    public ulong Hash { get; } = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name));

    public ClientRole Role => role;

    /// <summary>Whether the client may choose the variant that answers.</summary>
    public bool MayOverride => role is ClientRole.Tester or ClientRole.Operator;

    /// <summary>The value of a claim as a routing key, in the form in which headers are held: one character for each byte of its UTF-8, so
    /// that a key is the same in a header and in a claim. Null if there is no token or no such claim, or if it is a list or a
    /// map.</summary>
    public string? RoutingKey(string claim)
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
