namespace ModelServing.Cli.Images;

/// <summary>An image in the registry.</summary>
/// <param name="Image">The image's name, such as <c>router</c>.</param>
/// <param name="Repository">The repository, with its host.</param>
/// <param name="WasThere">The registry already had the same content, so nothing was pushed.</param>
internal sealed record PushedImage(string Image, string Repository, string Tag, string Digest, bool WasThere);
