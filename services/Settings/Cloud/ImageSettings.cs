using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record ImageSettings
{
    private const string DigestPattern = "^sha256:[0-9a-f]{64}$";
    private const string DigestForm = "the digest of an image";
    private const string DigestExample = "sha256:9f86...0a08 (64 digits, 0-9 and a-f)";

    [Setting("The digest of the router's image.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Router { get; init; }

    [Setting("The digest of the image of the inference service.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Inference { get; init; }

    [Setting("The digest of the image of the functions.", Pattern = DigestPattern, Form = DigestForm, Example = DigestExample)]
    public string? Functions { get; init; }

    [Setting(
        "The digest of the image of the jobs. It is required unless `predictionStore.export.enabled` is `false` and "
        + "`modelserving:features` has no views.",
        Pattern = DigestPattern,
        Form = DigestForm,
        Example = DigestExample)]
    public string? Jobs { get; init; }

    [Setting(
        "The digest of the feature server's image. It is required if `modelserving:features` has views.",
        Pattern = DigestPattern,
        Form = DigestForm,
        Example = DigestExample)]
    public string? FeatureServer { get; init; }

    /// <summary>True if no image is set.</summary>
    public bool AreEmpty => ImageNames.All.All(image => DigestOf(image) is null);

    /// <summary>The digest of an image, by its name (<see cref="ImageNames"/>); null if it is not set.</summary>
    /// <exception cref="ArgumentException">There is no such image.</exception>
    public string? DigestOf(string image) => image switch
    {
        ImageNames.Router => Router,
        ImageNames.Inference => Inference,
        ImageNames.Functions => Functions,
        ImageNames.Jobs => Jobs,
        ImageNames.FeatureServer => FeatureServer,
        _ => throw new ArgumentException($"there is no image '{image}'", nameof(image)),
    };
}
