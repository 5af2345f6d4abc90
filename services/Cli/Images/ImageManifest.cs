using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>An image's manifest, or the index of an image for several architectures.</summary>
/// <param name="Content">Its bytes, whose digest is the image's.</param>
/// <param name="ContentType">Its media type; null if the registry named none.</param>
internal sealed partial record ImageManifest(byte[] Content, string? ContentType)
{
    /// <summary>The most parts of a manifest, and the most manifests of an index.</summary>
    internal const int MostParts = 256;

    internal string Digest => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>The digests of the configuration and the layers; of the manifests, for an index.</summary>
    /// <exception cref="CommandException">The content is not a manifest.</exception>
    internal (bool IsIndex, IReadOnlyList<string> Digests) Parts()
    {
        try
        {
            using var document = JsonDocument.Parse(Content);
            var root = document.RootElement;
            var isIndex = root.TryGetProperty("manifests", out var manifests);
            JsonElement[] parts = isIndex
                ? [.. manifests.EnumerateArray()]
                : [root.GetProperty("config"), .. root.GetProperty("layers").EnumerateArray()];
            if (parts.Length > MostParts)
                throw new CommandException(ExitCode.Failed, $"the image {Digest} has {parts.Length} parts; the limit is {MostParts}");
            // A digest becomes a part of a path.
            string[] digests = [.. parts.Select(static part => part.GetProperty("digest").GetString() ?? "").Distinct()];
            return digests.All(static digest => Form().IsMatch(digest))
                ? (isIndex, digests)
                : throw new CommandException(ExitCode.Failed, $"the image {Digest} has a part without a SHA-256 digest");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CommandException(ExitCode.Failed, $"the image {Digest} has no valid manifest: {e.Message}");
        }
    }

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.ECMAScript)]
    private static partial Regex Form();
}
