namespace ModelServing.Contracts;

/// <summary>The images of the hosts, what they are called, and where they are kept: infra/ makes the repositories and pods name the
/// images, <c>ms images push</c> fills them.</summary>
/// <remarks>To add an image: a name here and in <see cref="All"/>, a setting of that name on Rollout's <c>ImageSettings</c>, and
/// <c>services/Image.targets</c> imported by the project of that name.</remarks>
public static class ImageNames
{
    /// <summary>The router's image.</summary>
    public const string Router = "router";

    /// <summary>The inference service's image.</summary>
    public const string Inference = "inference";

    /// <summary>The functions' image: one for all of them, and for what calls one of them each minute.</summary>
    public const string Functions = "functions";

    /// <summary>The user, and the group, that a host runs as in its image and in its pod: <c>app</c> of .NET's base images, by number, for
    /// a kubelet can't tell from a name that it is not root. OCI Functions runs every image as a user of its own (1000).</summary>
    public const int User = 1654;

    /// <summary>Every image. Each is a setting under <c>images</c> and a program in services/, by this name.</summary>
    public static IReadOnlyList<string> All { get; } = [Router, Inference, Functions];

    /// <summary>The container registry's host of a region: what <c>docker login</c>, a repository's path and an image pull secret name.</summary>
    public static string HostOf(string region) => $"ocir.{region}.oci.oraclecloud.com";

    /// <summary>The repository of <paramref name="image"/>, without host and tenancy's namespace, as in <c>modelserving-dev/router</c>.</summary>
    /// <exception cref="ArgumentException">A part can't stand in a repository's name.</exception>
    public static string Repository(string project, string environment, string image)
    {
        Check(project, nameof(project));
        Check(environment, nameof(environment));
        Check(image, nameof(image));
        return $"{project}-{environment}/{image}";
    }

    /// <summary>The tag that the image of <paramref name="digest"/> has beside its others, as in <c>sha256-</c> and 64 digits: a function
    /// of OCI names its image by tag and by digest, and the stack file knows the digest alone.</summary>
    public static string TagOf(string digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        return digest.Replace(':', '-');
    }

    // A repository's name has no capitals, and no separators side by side or at an end.
    private static void Check(string part, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameter);
        if (part.Split('-', '_', '.').Any(static word => word.Length == 0 || !word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))))
            throw new ArgumentException($"'{part}' can't be a part of a container repository's name: a-z and 0-9 with single '.', '_' and '-' between", parameter);
    }
}
