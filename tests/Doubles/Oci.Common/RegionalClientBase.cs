using Oci.Common.Auth;

namespace Oci.Common;

/// <summary>A client whose endpoint follows from a region: Object Storage's, the only one here.</summary>
public abstract class RegionalClientBase : ClientBase
{
    internal const string NamespaceInTemplate = "{namespaceName+Dot}";

    private Region region;

    private protected RegionalClientBase(IBasicAuthenticationDetailsProvider authProvider, ClientConfiguration clientConfiguration)
        : base(authProvider, clientConfiguration)
    {
    }

    public void SetRegion(Region region)
    {
        this.region = region;
        var endpoint = $"https://objectstorage.{region.RegionId}.{region.Realm.SecondLevelDomain}";
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

    private static string TemplateOf(Region region) =>
        region.Realm == Realm.OC1 ? $"https://{NamespaceInTemplate}objectstorage.{region.RegionId}.oci.customer-oci.com" : null;
}
