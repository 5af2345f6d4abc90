using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>How a client says who it is.</summary>
internal enum CredentialKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By an API key: <c>X-API-Key: KEY</c>.</summary>
    Key,

    /// <summary>By a token: <c>Authorization: Bearer JWT</c>.</summary>
    Token,

    /// <summary>By a scheme of <c>Authorization</c> that is not known here.</summary>
    Unknown,

    /// <summary>In more than one way.</summary>
    Several,
}

/// <summary>The credential of a request. Its text is never logged, and in no answer.</summary>
internal readonly ref struct Credential
{
    private const string Bearer = "Bearer ";

    private Credential(CredentialKind kind, string text = "") => (Kind, Text) = (kind, text);

    internal CredentialKind Kind { get; }

    /// <summary>The key or the token itself.</summary>
    internal string Text { get; }

    internal static Credential Of(IHeaderDictionary headers)
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
            ? new Credential(CredentialKind.Token, authorization[Bearer.Length..].Trim(' '))
            : new Credential(CredentialKind.Unknown);
    }
}
