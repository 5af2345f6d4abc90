using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>Where the plan and the endpoints come from, by the settings' forms.</summary>
/// <param name="PlanPath">The plan's file; null where <paramref name="PlanObject"/> holds it.</param>
/// <param name="PlanObject">The plan's ConfigMap; null where there is a file.</param>
/// <param name="EndpointsPath">The endpoints file; null where <paramref name="Services"/> says them.</param>
/// <param name="Services">The names that the versions answer at; null where there is an endpoints file.</param>
internal sealed record DocumentSources(string? PlanPath, ClusterObject? PlanObject, string? EndpointsPath, ServiceNames? Services)
{
    /// <summary>The path of the clients document; null where there is none.</summary>
    /// <exception cref="ContractException">The setting has another form than <c>file:PATH</c>.</exception>
    internal static string? ClientsPathOf(RouterSettings settings) => settings.Clients is not { } clients
        ? null
        : PathOf(clients) ?? throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Clients))} is '{clients}'; it has to be file:PATH");

    /// <summary>Reads the settings' forms.</summary>
    /// <exception cref="ContractException">A form that is unknown.</exception>
    internal static DocumentSources From(RouterSettings settings)
    {
        var (planPath, planObject) = (PathOf(settings.Plan), ClusterObject.Parse(settings.Plan));
        if (planPath is null && planObject is null)
        {
            throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Plan))} is '{settings.Plan}'; it has to be file:PATH or kubernetes:NAMESPACE/NAME" +
                (Has(settings.Plan, HostSources.KubernetesScheme) ? $", as in {HostSources.Kubernetes(ClusterNames.Namespace, ClusterNames.Plan)}" : ""));
        }

        if (PathOf(settings.Endpoints) is { } path)
            return new DocumentSources(planPath, planObject, path, null);
        if (Has(settings.Endpoints, HostSources.DnsScheme))
            return new DocumentSources(planPath, planObject, null, ServiceNames.Parse(settings.Endpoints));
        throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Endpoints))} is '{settings.Endpoints}'; it has to be file:PATH or dns:{{model}}-v{{version}}.NAMESPACE.svc:PORT");
    }

    private static bool Has(string source, string scheme) => source.StartsWith(scheme, StringComparison.Ordinal);

    private static string? PathOf(string source) =>
        Has(source, HostSources.FileScheme) && source.Length > HostSources.FileScheme.Length ? Path.GetFullPath(source[HostSources.FileScheme.Length..]) : null;
}
