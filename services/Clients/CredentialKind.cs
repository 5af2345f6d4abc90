namespace ModelServing.Clients;

/// <summary>How a client identifies itself.</summary>
internal enum CredentialKind
{
    None,

    /// <summary>By an API key: <c>X-API-Key: KEY</c>.</summary>
    Key,

    /// <summary>By a token: <c>Authorization: Bearer JWT</c>.</summary>
    Token,

    /// <summary>By another scheme of <c>Authorization</c>.</summary>
    Unknown,

    /// <summary>In more than one way.</summary>
    Several,
}
