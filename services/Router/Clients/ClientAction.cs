namespace ModelServing.Router.Clients;

/// <summary>What a request would do, for which its client needs a role.</summary>
internal enum ClientAction
{
    /// <summary>Call a model, or read about it.</summary>
    Call,

    /// <summary>Post outcomes.</summary>
    Report,

    /// <summary>Use the admin API.</summary>
    Administer,
}
