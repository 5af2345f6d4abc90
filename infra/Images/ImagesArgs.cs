namespace ModelServing.Infra.Images;

public sealed class ImagesArgs : ComponentArgs
{
    /// <summary>The region whose registry has the images, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The programs that run in the cloud, each with an image of its own, as in <c>router</c>.</summary>
    public required IReadOnlyList<string> Programs { get; init; }
}
