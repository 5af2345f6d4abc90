namespace ModelServing.Clients;

/// <summary>What a request would do, for which its client needs a role.</summary>
public enum ClientAction
{
    /// <summary>Call a model, or read about it.</summary>
    Call,

    /// <summary>Post outcomes or events.</summary>
    Report,

    /// <summary>Use the admin API.</summary>
    Administer,
}
