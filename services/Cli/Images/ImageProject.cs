namespace ModelServing.Cli.Images;

/// <summary>A program whose image is made.</summary>
/// <param name="Image">The image's name, as in <c>router</c>.</param>
/// <param name="Path">The project's file.</param>
internal sealed record ImageProject(string Image, string Path);
