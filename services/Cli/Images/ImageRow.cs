namespace ModelServing.Cli.Images;

/// <summary>An image's entry in the stack file, as it is printed.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Repository">The repository, with its host.</param>
/// <param name="Digest">The digest that the stack file names now.</param>
/// <param name="Before">The digest that it named before; null for none.</param>
/// <param name="Pushed">Whether the image was pushed; otherwise the registry already had it.</param>
internal sealed record ImageRow(string Image, string Repository, string Tag, string Digest, string? Before, bool Pushed);
