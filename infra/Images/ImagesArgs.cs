namespace ModelServing.Infra.Images;

/// <summary>What <see cref="ImagesComponent"/> is given.</summary>
public sealed class ImagesArgs : ComponentArgs
{
    /// <summary>The region that the images are kept and pulled in, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The images, one of each program that runs in the cloud, as in <c>router</c>.</summary>
    public required IReadOnlyList<string> Programs { get; init; }
}
