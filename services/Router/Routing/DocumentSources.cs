using ModelServing.Contracts;

namespace ModelServing.Router.Routing;

/// <summary>The files that the plan and the endpoints come from.</summary>
internal sealed record DocumentSources(string PlanPath, string EndpointsPath)
{
    private const string File = "file:";

    /// <summary>Reads the settings' forms.</summary>
    /// <exception cref="ContractException">A form that is unknown, or that this version of the router does not read.</exception>
    internal static DocumentSources Of(RouterSettings settings) => new(
        PathOf(settings.Plan, nameof(settings.Plan), "kubernetes:"),
        PathOf(settings.Endpoints, nameof(settings.Endpoints), "dns:"));

    private static string PathOf(string source, string setting, string later)
    {
        if (source.StartsWith(File, StringComparison.Ordinal) && source.Length > File.Length)
            return Path.GetFullPath(source[File.Length..]);
        throw new ContractException($"the environment variable {HostEnvironment.NameOf(setting)} is '{source}'; " +
            (source.StartsWith(later, StringComparison.Ordinal) ? $"this version of the router does not read {later} yet, only file:PATH" : "it has to be file:PATH"));
    }
}
