using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Cli.Images;

/// <summary>A program as <c>dotnet publish</c> left it, with what its project says of its image.</summary>
/// <param name="Project">The project.</param>
/// <param name="Folder">What goes into the image, and nothing else.</param>
/// <param name="BaseImage">The base image, as the project names it.</param>
/// <param name="Shape">What else the project says of the image (user, port, environment, command), a line each.</param>
internal sealed record PublishedProgram(ImageProject Project, string Folder, string BaseImage, IReadOnlyList<string> Shape)
{
    /// <summary>What the assemblies of tests/Doubles end in.</summary>
    private const string DoubleSuffix = ".Double.dll";

    /// <summary>The doubles among the files.</summary>
    internal IReadOnlyList<string> Doubles() => [.. Files().Where(static file => file.EndsWith(DoubleSuffix, StringComparison.OrdinalIgnoreCase)).Select(static file => Path.GetFileName(file))];

    /// <summary>
    /// The tag of this image: a digest of all that it is made of, so equal content has an equal tag. The digest of the image itself can't
    /// be that, for the SDK writes the time into each.
    /// </summary>
    /// <param name="baseImage">The base image, by digest.</param>
    /// <param name="runtime">The runtime identifier that it was published for.</param>
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
