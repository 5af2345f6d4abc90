namespace ModelServing.Cli.Images;

/// <summary>A login at a container registry.</summary>
/// <param name="User">The user.</param>
/// <param name="Secret">The password or auth token; an identity token when <paramref name="IsIdentityToken"/>.</param>
/// <param name="Place">Where it was found, for a message.</param>
/// <param name="IsIdentityToken">The registry gave the secret in place of a password.</param>
internal sealed record ContainerRegistryLogin(string User, string Secret, string Place, bool IsIdentityToken = false)
{
    /// <summary>Without the secret: this is printed.</summary>
    public override string ToString() => $"{User} ({Place})";
}
