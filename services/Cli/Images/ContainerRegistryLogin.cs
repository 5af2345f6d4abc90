namespace ModelServing.Cli.Images;

/// <summary>A login for a container registry.</summary>
/// <param name="Secret">The password or auth token; an identity token if <paramref name="IsIdentityToken"/>.</param>
/// <param name="Place">Where the login was found, for messages.</param>
/// <param name="IsIdentityToken">The registry issued the secret instead of a password.</param>
internal sealed record ContainerRegistryLogin(string User, string Secret, string Place, bool IsIdentityToken = false)
{
    /// <summary>The login without the secret, for printing.</summary>
    public override string ToString() => $"{User} ({Place})";
}
