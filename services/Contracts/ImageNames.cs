namespace ModelServing.Contracts;

/// <summary>The names of the programs' images and of their repositories: infra/ creates the repositories and its pods name the images,
/// <c>ms images push</c> pushes them.</summary>
/// <remarks>To add an image: add a name here and in <see cref="All"/> and its setting (<see cref="SettingOf"/>) to <c>ImageSettings</c> in
/// services/Settings, and import <c>services/Image.targets</c> in the project of that name.</remarks>
public static class ImageNames
{
    public const string Router = "router";

    public const string Inference = "inference";

    /// <summary>The image of all functions, and of the CronJob that calls one of them every minute.</summary>
    public const string Functions = "functions";

    /// <summary>The image of the feature server, which runs if a stack serves feature views.</summary>
    public const string FeatureServer = "feature-server";

    /// <summary>The image of batch work, which the CronJob of the export runs.</summary>
    public const string Jobs = "jobs";

    /// <summary>The user and the group that a host runs as in its image and in its pod: <c>app</c> of .NET's base images. It is a number,
    /// because a kubelet cannot tell from a name that it is not root. OCI Functions runs every image as a user of its own (1000).</summary>
    public const int User = 1654;

    /// <summary>Every image. Each has a setting under <c>images</c> and a program in services/.</summary>
    public static IReadOnlyList<string> All { get; } = [Router, Inference, Functions, Jobs, FeatureServer];

    /// <summary>The setting of an image's digest under <c>images</c>: <c>feature-server</c> is <c>featureServer</c>. Its program has the
    /// same name with a capital letter.</summary>
    public static string SettingOf(string image)
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        var words = image.Split('-');
        return string.Concat(words.Skip(1).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]).Prepend(words[0]));
    }

    /// <summary>The container registry's host in a region, for <c>docker login</c>, a repository's path and an image pull secret.</summary>
    public static string HostOf(string region) => $"ocir.{region}.oci.oraclecloud.com";

    /// <summary>The repository of <paramref name="image"/>, without host and tenancy's namespace, as in
    /// <c>modelserving-dev/router</c>.</summary>
    /// <exception cref="ArgumentException">A part cannot be in a repository's name.</exception>
    public static string Repository(string project, string environment, string image)
    {
        Check(project, nameof(project));
        Check(environment, nameof(environment));
        Check(image, nameof(image));
        return $"{project}-{environment}/{image}";
    }

    /// <summary>A further tag of the image of <paramref name="digest"/>, as in <c>sha256-</c> and 64 digits: a function of OCI names its
    /// image by tag and by digest, and the stack file has only the digest.</summary>
    public static string TagOf(string digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        return digest.Replace(':', '-');
    }

    // A repository's name has no capitals, and no adjacent, leading or trailing separators.
    private static void Check(string part, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameter);
        if (part.Split('-', '_', '.')
            .Any(static word => word.Length == 0 || !word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))))
        {
            throw new ArgumentException(
                $"'{part}' can't be a part of a container repository's name: a-z and 0-9 with single '.', '_' and '-' between", parameter);
        }
    }
}
