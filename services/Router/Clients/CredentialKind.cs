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
