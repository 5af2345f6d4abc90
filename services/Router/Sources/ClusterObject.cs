using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>An object in a cluster, written as <c>kubernetes:NAMESPACE/NAME</c>.</summary>
internal sealed partial record ClusterObject(string Namespace, string Name)
{
    private const int LongestName = 253;

    public override string ToString() => $"{Namespace}/{Name}";

    /// <summary>Parses the setting; null if it does not have this form.</summary>
    internal static ClusterObject? Parse(string setting) =>
        setting.StartsWith(HostSources.KubernetesScheme, StringComparison.Ordinal)
        && setting[HostSources.KubernetesScheme.Length..].Split('/') is [var space, var name]
        && Label().IsMatch(space) && name.Length <= LongestName && name.Split('.').All(static part => Label().IsMatch(part))
            ? new ClusterObject(space, name)
            : null;

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Label();
}
