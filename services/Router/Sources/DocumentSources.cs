using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>The sources of the plan and the endpoints, parsed from the settings.</summary>
/// <param name="PlanPath">The plan's file; null if it is in <paramref name="PlanObject"/>.</param>
/// <param name="PlanObject">The plan's ConfigMap; null if it is in a file.</param>
/// <param name="EndpointsPath">The endpoints file; null if the endpoints come from <paramref name="Services"/>.</param>
/// <param name="Services">The names of the versions' Services; null if there is an endpoints file.</param>
internal sealed record DocumentSources(string? PlanPath, ClusterObject? PlanObject, string? EndpointsPath, ServiceNames? Services)
{
    /// <summary>The path of the clients document; null if it is not configured.</summary>
    /// <exception cref="ContractException">The setting is not <c>file:PATH</c>.</exception>
    internal static string? ClientsPathOf(RouterSettings settings) => settings.Clients is not { } clients
        ? null
        : PathOf(clients) ?? throw Wrong(nameof(settings.Clients), clients, "file:PATH");

    /// <exception cref="ContractException">A setting has an unknown form.</exception>
    internal static DocumentSources From(RouterSettings settings)
    {
        var (planPath, planObject) = (PathOf(settings.Plan), ClusterObject.Parse(settings.Plan));
        if (planPath is null && planObject is null)
        {
            var example = Has(settings.Plan, HostSources.KubernetesScheme)
                ? $", as in {HostSources.Kubernetes(ClusterNames.Namespace, ClusterNames.Plan)}"
                : "";
            throw Wrong(nameof(settings.Plan), settings.Plan, $"file:PATH or kubernetes:NAMESPACE/NAME{example}");
        }

        if (PathOf(settings.Endpoints) is { } path)
            return new DocumentSources(planPath, planObject, path, null);
        if (Has(settings.Endpoints, HostSources.DnsScheme))
            return new DocumentSources(planPath, planObject, null, ServiceNames.Parse(settings.Endpoints));
        throw Wrong(nameof(settings.Endpoints), settings.Endpoints, "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT");
    }

    private static ContractException Wrong(string setting, string value, string form) =>
        new($"the environment variable {HostEnvironment.NameOf(setting)} is '{value}'; it must be {form}");

    private static bool Has(string source, string scheme) => source.StartsWith(scheme, StringComparison.Ordinal);

    private static string? PathOf(string source) =>
        Has(source, HostSources.FileScheme) && source.Length > HostSources.FileScheme.Length
            ? Path.GetFullPath(source[HostSources.FileScheme.Length..])
            : null;
}
