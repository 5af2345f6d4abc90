namespace ModelServing.Contracts.Admin;

/// <summary>The paths of the router's admin API. It listens on a port of its own and takes operators only.</summary>
public static class AdminPaths
{
    /// <summary>What all its paths begin with.</summary>
    public const string Prefix = "/admin/v1";

    /// <summary>GET: <see cref="RolloutsStatus"/>, how all rollouts stand.</summary>
    public const string Rollouts = Prefix + "/rollouts";

    /// <summary>GET: <see cref="RolloutHistory"/>, the journal of one model; <c>?after=SEQ</c> leaves out what is not newer.</summary>
    public static string History(ModelName model) => $"{Rollouts}/{model}/history";

    /// <summary>POST <see cref="RollbackRequest"/>: a person condemns a version; the answer is the model's <see cref="ModelStatus"/>.</summary>
    public static string Rollback(ModelName model) => $"{Rollouts}/{model}/rollback";

    /// <summary>POST <see cref="ResetRequest"/>: a person lets a condemned version be tried again; the answer is the model's
    /// <see cref="ModelStatus"/>.</summary>
    public static string Reset(ModelName model) => $"{Rollouts}/{model}/reset";
}
