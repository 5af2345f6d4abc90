using Oci.Common.Auth;

namespace Oci.Common;

/// <summary>A client whose endpoint follows from a region.</summary>
public abstract class RegionalClientBase : ClientBase
{
    internal const string NamespaceInTemplate = "{namespaceName+Dot}";

    private readonly Addresses addresses;
    private Region region;

    private protected RegionalClientBase(IBasicAuthenticationDetailsProvider authProvider, ClientConfiguration clientConfiguration, string serviceName, Addresses addresses)
        : base(authProvider, clientConfiguration, serviceName) =>
        this.addresses = addresses;

    public void SetRegion(Region region)
    {
        this.region = region;
        var endpoint = addresses.Endpoint.Replace("{region}", region.RegionId, StringComparison.Ordinal).Replace("{secondLevelDomain}", region.Realm.SecondLevelDomain, StringComparison.Ordinal);
        if (bool.TryParse(Environment.GetEnvironmentVariable("OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED"), out var enabled) && enabled
            && TemplateOf(region) is { } template)
        {
            // Stays, whatever endpoint is set later; see UseRealmSpecificEndpointTemplate.
            RealmTemplate = template;
            endpoint = template.Replace(NamespaceInTemplate, "", StringComparison.Ordinal);
        }

        SetEndpoint(endpoint);
    }

    /// <summary>True lets the realm's template beat every endpoint, also one that was given; false does not.</summary>
    public void UseRealmSpecificEndpointTemplate(bool IsRealmSpecificEndpointTemplateEnabled)
    {
        if (region is null)
            throw new ArgumentNullException("Cannot determine the realm since regionId is null or blank.", (Exception)null);
        RealmTemplate = IsRealmSpecificEndpointTemplateEnabled ? TemplateOf(region) : null;
    }

    private string TemplateOf(Region region) =>
        region.Realm == Realm.OC1 ? addresses.OfRealm?.Replace("{region}", region.RegionId, StringComparison.Ordinal) : null;

    /// <summary>Where a service answers.</summary>
    /// <param name="Endpoint">With the region and the realm's domain in braces.</param>
    /// <param name="OfRealm">The template of the first realm, with the region in braces; null for none.</param>
    internal sealed record Addresses(string Endpoint, string OfRealm = null);
}
