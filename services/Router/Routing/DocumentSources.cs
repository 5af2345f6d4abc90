using ModelServing.Contracts;

namespace ModelServing.Router.Routing;

/// <summary>Where the plan and the endpoints come from, by the settings' forms.</summary>
/// <param name="PlanPath">The plan's file.</param>
/// <param name="EndpointsPath">The endpoints file; null where <paramref name="Services"/> says them.</param>
/// <param name="Services">The names that the versions answer at; null where there is an endpoints file.</param>
internal sealed record DocumentSources(string PlanPath, string? EndpointsPath, ServiceNames? Services)
{
    /// <summary>The path of the clients document; null where there is none.</summary>
    /// <exception cref="ContractException">The setting has another form than <c>file:PATH</c>.</exception>
    internal static string? ClientsPathOf(RouterSettings settings) => settings.Clients is not { } clients
        ? null
        : PathOf(clients) ?? throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Clients))} is '{clients}'; it has to be file:PATH");

    /// <summary>Reads the settings' forms.</summary>
    /// <exception cref="ContractException">A form that is unknown, or that this version of the router does not read.</exception>
    internal static DocumentSources Of(RouterSettings settings)
    {
        var plan = PathOf(settings.Plan) ?? throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Plan))} is '{settings.Plan}'; " +
            (Has(settings.Plan, HostSources.KubernetesScheme) ? $"this version of the router does not read {HostSources.KubernetesScheme} yet, only file:PATH" : "it has to be file:PATH"));
        if (PathOf(settings.Endpoints) is { } path)
            return new DocumentSources(plan, path, null);
        if (Has(settings.Endpoints, HostSources.DnsScheme))
            return new DocumentSources(plan, null, ServiceNames.Parse(settings.Endpoints));
        throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Endpoints))} is '{settings.Endpoints}'; it has to be file:PATH or dns:{{model}}-v{{version}}.NAMESPACE.svc:PORT");
    }

    private static bool Has(string source, string scheme) => source.StartsWith(scheme, StringComparison.Ordinal);

    private static string? PathOf(string source) =>
        Has(source, HostSources.FileScheme) && source.Length > HostSources.FileScheme.Length ? Path.GetFullPath(source[HostSources.FileScheme.Length..]) : null;
}
