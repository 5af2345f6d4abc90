using Oci.Common.Auth;

namespace Oci.Common;

/// <summary>A client whose endpoint is derived from a region.</summary>
public abstract class RegionalClientBase : ClientBase
{
    internal const string NamespaceInTemplate = "{namespaceName+Dot}";

    private readonly Addresses addresses;
    private Region region;

    private protected RegionalClientBase(
        IBasicAuthenticationDetailsProvider authProvider, ClientConfiguration clientConfiguration, string serviceName, Addresses addresses)
        : base(authProvider, clientConfiguration, serviceName) =>
        this.addresses = addresses;

    public void SetRegion(Region region)
    {
        this.region = region;
        var endpoint = addresses.Endpoint
            .Replace("{region}", region.RegionId, StringComparison.Ordinal)
            .Replace("{secondLevelDomain}", region.Realm.SecondLevelDomain, StringComparison.Ordinal);
        var isTemplateEnabled = Environment.GetEnvironmentVariable("OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED");
        if (bool.TryParse(isTemplateEnabled, out var enabled) && enabled && FindTemplate(region) is { } template)
        {
            // The template stays in effect, whatever endpoint is set later; see UseRealmSpecificEndpointTemplate.
            RealmTemplate = template;
            endpoint = template.Replace(NamespaceInTemplate, "", StringComparison.Ordinal);
        }

        SetEndpoint(endpoint);
    }

    /// <summary>Sets whether the realm's template overrides every endpoint, even one that was set explicitly.</summary>
    public void UseRealmSpecificEndpointTemplate(bool IsRealmSpecificEndpointTemplateEnabled)
    {
        if (region is null)
            throw new ArgumentNullException("Cannot determine the realm since regionId is null or blank.", (Exception)null);
        RealmTemplate = IsRealmSpecificEndpointTemplateEnabled ? FindTemplate(region) : null;
    }

    private string FindTemplate(Region region) =>
        region.Realm == Realm.OC1 ? addresses.RealmTemplate?.Replace("{region}", region.RegionId, StringComparison.Ordinal) : null;

    /// <summary>The endpoints of a service.</summary>
    /// <param name="Endpoint">The endpoint, with placeholders for the region and the realm's domain.</param>
    /// <param name="RealmTemplate">The template of the first realm, with a placeholder for the region, or null.</param>
    internal sealed record Addresses(string Endpoint, string RealmTemplate = null);
}
