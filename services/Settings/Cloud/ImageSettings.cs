using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The images of the programs.</summary>
public sealed record ImageSettings
{
    private const string DigestPattern = "^sha256:[0-9a-f]{64}$";
    private const string DigestForm = "an image's digest";
    private const string DigestExample = "sha256: and 64 digits of 0-9a-f";

    /// <summary>The router's image.</summary>
    [Setting("The digest of the router's image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Router { get; init; }

    /// <summary>The inference service's image.</summary>
    [Setting("The digest of the inference service's image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Inference { get; init; }

    /// <summary>The functions' image.</summary>
    [Setting("The digest of the functions' image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Functions { get; init; }

    /// <summary>The digest of the image of that name (<see cref="ImageNames"/>); null for none.</summary>
    /// <exception cref="ArgumentException">There is no such image.</exception>
    public string? DigestOf(string image) => image switch
    {
        ImageNames.Router => Router,
        ImageNames.Inference => Inference,
        ImageNames.Functions => Functions,
        _ => throw new ArgumentException($"there is no image '{image}'", nameof(image)),
    };

    /// <summary>No image is given: the foundation alone is made.</summary>
    public bool AreEmpty => Router is null && Inference is null && Functions is null;
}
