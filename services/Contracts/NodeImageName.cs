using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>The name of an OKE image of Oracle Linux, which says what the image is for, as in
/// <c>Oracle-Linux-8.10-aarch64-2025.09.16-0-OKE-1.33.1-1254</c>. Images for GPUs have another form. An apply and <c>ms doctor</c> both
/// look for the newest one, and must mean the same.</summary>
/// <param name="Text">The whole name.</param>
/// <param name="IsArm">Whether it is for Arm processors.</param>
/// <param name="Date">The date of the system, in a form that sorts.</param>
/// <param name="KubernetesVersion">The version of Kubernetes, as in <c>v1.33.1</c>.</param>
/// <param name="Build">The number of the build, among images of one date.</param>
public sealed partial record NodeImageName(string Text, bool IsArm, string Date, string KubernetesVersion, int Build)
{
    /// <summary>Reads a name; null if it has another form.</summary>
    public static NodeImageName? Parse(string name) => Form().Match(name) is { Success: true } match
        && int.TryParse(match.Groups["build"].ValueSpan, out var build)
        ? new(name, match.Groups["arm"].Success, match.Groups["date"].Value, "v" + match.Groups["version"].Value, build)
        : null;

    /// <summary>The names that fit a version of Kubernetes and the nodes' processors, the newest first.</summary>
    /// <param name="images">The images of OKE.</param>
    /// <param name="nameOf">Returns the name of one.</param>
    /// <param name="kubernetesVersion">The version, as in <c>v1.33.1</c>.</param>
    /// <param name="isArm">Whether the nodes have Arm processors.</param>
    public static IEnumerable<T> Newest<T>(IEnumerable<T> images, Func<T, string> nameOf, string kubernetesVersion, bool isArm) =>
        from image in images
        let name = Parse(nameOf(image))
        where name is not null && name.IsArm == isArm && name.KubernetesVersion == kubernetesVersion
        orderby name.Date descending, name.Build descending, name.Text descending
        select image;

    [GeneratedRegex(
        @"\AOracle-Linux-[0-9.]+(?<arm>-aarch64)?-(?<date>\d{4}\.\d{2}\.\d{2})-\d+-OKE-(?<version>\d+\.\d+\.\d+)-(?<build>\d+)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
