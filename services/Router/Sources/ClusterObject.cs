using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>An object in a cluster, by the form <c>kubernetes:NAMESPACE/NAME</c>.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
internal sealed partial record ClusterObject(string Namespace, string Name)
{
    private const int LongestName = 253;

    public override string ToString() => $"{Namespace}/{Name}";

    /// <summary>Reads the form; null when the text is none of it.</summary>
    internal static ClusterObject? Parse(string setting) =>
        setting.StartsWith(HostSources.KubernetesScheme, StringComparison.Ordinal)
        && setting[HostSources.KubernetesScheme.Length..].Split('/') is [var space, var name]
        && Label().IsMatch(space) && name.Length <= LongestName && name.Split('.').All(static part => Label().IsMatch(part))
            ? new ClusterObject(space, name)
            : null;

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Label();
}
