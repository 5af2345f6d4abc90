namespace ModelServing.Contracts;

/// <summary>The paths of the router's admin API. Only a <see cref="ClientRole.Operator"/> may use it.</summary>
public static class AdminPaths
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "/admin/v1";
}
