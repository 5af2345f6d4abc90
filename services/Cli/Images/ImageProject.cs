namespace ModelServing.Cli.Images;

/// <summary>A program with an image.</summary>
/// <param name="Image">The image's name, such as <c>router</c>.</param>
/// <param name="Path">The project's file.</param>
internal sealed record ImageProject(string Image, string Path);
