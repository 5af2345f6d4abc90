namespace ModelServing.Cli.Images;

/// <summary>An image's line in the stack file, as it is printed.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Repository">The repository, with its host.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">What the stack file names now.</param>
/// <param name="Before">What it named before; null for nothing.</param>
/// <param name="Pushed">It was pushed; else the registry had it.</param>
internal sealed record ImageRow(string Image, string Repository, string Tag, string Digest, string? Before, bool Pushed);
