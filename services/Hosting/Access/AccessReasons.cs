namespace ModelServing.Hosting.Access;

/// <summary>How an attempt ended, beside its status. Other reasons are those of problems.</summary>
public static class AccessReasons
{
    /// <summary>The answer is kept from the caller, because stable is asked too.</summary>
    public const string HeldBack = "held-back";

    /// <summary>An output contains NaN or infinity, and no input does.</summary>
    public const string NonFinite = "non-finite";

    /// <summary>The attempt was made only for comparison; its caller has the answer of another one.</summary>
    public const string Comparison = "comparison";

    /// <summary>The caller left.</summary>
    public const string ClientLeft = "client-left";

    /// <summary>No endpoint accepted a connection.</summary>
    public const string Unreachable = "unreachable";
}
