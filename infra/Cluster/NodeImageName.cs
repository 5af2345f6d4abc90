using System.Text.RegularExpressions;

namespace ModelServing.Infra.Cluster;

/// <summary>The name of an OKE image of Oracle Linux, which says what the image is for, as in
/// <c>Oracle-Linux-8.10-aarch64-2025.09.16-0-OKE-1.33.1-1254</c>. Images for GPUs have another form.</summary>
/// <param name="Text">The whole name.</param>
/// <param name="IsArm">Whether it is for Arm processors.</param>
/// <param name="Date">The date of the system, in a form that sorts.</param>
/// <param name="KubernetesVersion">The version of Kubernetes, as in <c>v1.33.1</c>.</param>
/// <param name="Build">The number of the build, among images of one date.</param>
internal sealed partial record NodeImageName(string Text, bool IsArm, string Date, string KubernetesVersion, int Build)
{
    /// <summary>Reads a name; null if it has another form.</summary>
    internal static NodeImageName? Parse(string name) => Form().Match(name) is { Success: true } match
        && int.TryParse(match.Groups["build"].ValueSpan, out var build)
        ? new(name, match.Groups["arm"].Success, match.Groups["date"].Value, "v" + match.Groups["version"].Value, build)
        : null;

    [GeneratedRegex(
        @"\AOracle-Linux-[0-9.]+(?<arm>-aarch64)?-(?<date>\d{4}\.\d{2}\.\d{2})-\d+-OKE-(?<version>\d+\.\d+\.\d+)-(?<build>\d+)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
