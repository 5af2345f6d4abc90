namespace ModelServing.Cli.Images;

/// <summary>An image that the registry has.</summary>
/// <param name="Image">Its name, as in <c>router</c>.</param>
/// <param name="Repository">The repository, with its host.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">The digest.</param>
/// <param name="WasThere">An earlier push had brought the same content, so that nothing was pushed.</param>
internal sealed record PushedImage(string Image, string Repository, string Tag, string Digest, bool WasThere);
