namespace ModelServing.Cli.Images;

/// <summary>The name under which an image is pushed.</summary>
/// <param name="Host">The registry.</param>
/// <param name="Repository">The repository, without the host.</param>
internal sealed record PushTarget(string Host, string Repository, string Tag)
{
    public override string ToString() => $"{Host}/{Repository}:{Tag}";
}
