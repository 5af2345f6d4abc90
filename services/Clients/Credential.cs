using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>The credential of a request. Its text never appears in a log or an answer.</summary>
internal readonly ref struct Credential
{
    private const string Bearer = "Bearer ";

    private Credential(CredentialKind kind, ReadOnlySpan<char> text = default)
    {
        Kind = kind;
        Text = text;
    }

    internal CredentialKind Kind { get; }

    /// <summary>The key or the token itself: a part of the header, which is not copied.</summary>
    internal ReadOnlySpan<char> Text { get; }

    internal static Credential Read(IHeaderDictionary headers)
    {
        var (keys, authorizations) = (headers[HeaderNames.ApiKey], headers.Authorization);
        switch (keys.Count + authorizations.Count)
        {
            case 0:
                return default;
            case > 1:
                return new Credential(CredentialKind.Several);
        }

        if (keys.Count == 1)
            return new Credential(CredentialKind.Key, keys[0] ?? "");
        var authorization = authorizations[0] ?? "";
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? new Credential(CredentialKind.Token, authorization.AsSpan(Bearer.Length).Trim(' '))
            : new Credential(CredentialKind.Unknown);
    }
}
