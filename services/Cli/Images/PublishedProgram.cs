using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Cli.Images;

/// <summary>The output of <c>dotnet publish</c>, with the project's settings for the image.</summary>
/// <param name="Folder">The folder with the content of the image, and nothing else.</param>
/// <param name="BaseImage">The base image, as the project names it.</param>
/// <param name="Shape">The project's other settings for the image (user, port, environment, command), one per line.</param>
internal sealed record PublishedProgram(ImageProject Project, string Folder, string BaseImage, IReadOnlyList<string> Shape)
{
    /// <summary>The ending of the assemblies of tests/Doubles.</summary>
    private const string DoubleSuffix = ".Double.dll";

    /// <summary>The doubles among the files.</summary>
    internal IReadOnlyList<string> Doubles() =>
        [.. Files()
            .Where(static file => file.EndsWith(DoubleSuffix, StringComparison.OrdinalIgnoreCase))
            .Select(static file => Path.GetFileName(file))];

    /// <summary>
    /// The tag of this image: a digest of its content, so equal content has an equal tag. The image's own digest can't serve for that,
    /// because the SDK writes the time into each image.
    /// </summary>
    /// <param name="baseImage">The base image, by digest.</param>
    /// <param name="runtime">The runtime identifier for which the program was published.</param>
    internal string Tag(ImageReference baseImage, string runtime)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in (IEnumerable<string>)[runtime, baseImage.ToString(), .. Shape])
            Add(line);
        foreach (var file in Files())
        {
            Add(Path.GetRelativePath(Folder, file).Replace('\\', '/'));
            using var content = File.OpenRead(file);
            Add(Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        return $"content-{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}";

        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
