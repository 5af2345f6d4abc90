using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>How a program calls OCI's services: with which identity, and in which region.</summary>
public sealed partial record OciSettings
{
    /// <summary>The variable of <see cref="Identity"/>.</summary>
    public const string IdentityVariable = "MODELSERVING_OCI_IDENTITY";

    /// <summary>The variable of <see cref="Region"/>.</summary>
    public const string RegionVariable = "MODELSERVING_OCI_REGION";

    /// <summary>The variable of <see cref="ConfigFile"/>.</summary>
    public const string ConfigFileVariable = "MODELSERVING_OCI_CONFIG_FILE";

    /// <summary>The variable of <see cref="Profile"/>.</summary>
    public const string ProfileVariable = "MODELSERVING_OCI_PROFILE";

    /// <summary>The variable of <see cref="TokenFile"/>.</summary>
    public const string TokenFileVariable = "MODELSERVING_OCI_TOKEN_FILE";

    /// <summary>The variable of <see cref="ObjectStorageEndpoint"/>.</summary>
    public const string ObjectStorageEndpointVariable = "MODELSERVING_OCI_OBJECT_STORAGE_ENDPOINT";

    /// <summary>The variable of <see cref="NosqlEndpoint"/>.</summary>
    public const string NosqlEndpointVariable = "MODELSERVING_OCI_NOSQL_ENDPOINT";

    /// <summary>The variable of <see cref="MonitoringEndpoint"/>.</summary>
    public const string MonitoringEndpointVariable = "MODELSERVING_OCI_MONITORING_ENDPOINT";

    /// <summary>The variable in which the OCI SDK itself looks for the region of a workload identity. It is written with
    /// <see cref="Region"/>, and our own code never reads it. The platform sets the region of a resource principal (and
    /// OCI_RESOURCE_PRINCIPAL_VERSION); a workload identity needs no version.</summary>
    public const string SdkRegionVariable = "OCI_RESOURCE_PRINCIPAL_REGION";

    /// <summary>The variable in which the OCI SDK itself looks for a region that its version does not know:
    /// <see cref="RegionMetadata"/>.</summary>
    public const string RegionMetadataVariable = "OCI_REGION_METADATA";

    private const string RegionForm = "a region's identifier, as in eu-frankfurt-1";

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(
            nameof(Identity),
            OciIdentities.Form,
            static text => OciIdentities.Parse(text),
            static identity => OciIdentities.Text((OciIdentity)identity),
            isRequired: true,
            IdentityVariable),
        HostSetting.Value(nameof(Region), RegionForm, static text => RegionPattern.IsMatch(text) ? text : null, variable: RegionVariable),
        HostSetting.Text(nameof(RegionMetadata), RegionMetadataVariable),
        HostSetting.Text(nameof(ConfigFile), ConfigFileVariable),
        HostSetting.Text(nameof(Profile), ProfileVariable),
        HostSetting.Text(nameof(TokenFile), TokenFileVariable),
        HostSetting.Address(nameof(ObjectStorageEndpoint), variable: ObjectStorageEndpointVariable),
        HostSetting.Address(nameof(NosqlEndpoint), variable: NosqlEndpointVariable),
        HostSetting.Address(nameof(MonitoringEndpoint), variable: MonitoringEndpointVariable),
    ];

    public required OciIdentity Identity { get; init; }

    /// <summary>The region's identifier, as in <c>eu-frankfurt-1</c>. Null takes the identity's own; a workload identity has
    /// none.</summary>
    public string? Region { get; init; }

    /// <summary>The description of a region that the SDK's version does not know, as <see cref="DescribeRegion"/> makes it. Null for none.
    /// The SDK reads it, our own code does not.</summary>
    public string? RegionMetadata { get; init; }

    /// <summary>The configuration file of <see cref="OciIdentity.ConfigFile"/>; null is <c>~/.oci/config</c>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The profile in that file. <c>DEFAULT</c> by default.</summary>
    public string Profile { get; init; } = "DEFAULT";

    /// <summary>The file with the service account's token for <see cref="OciIdentity.WorkloadIdentity"/>; null is where Kubernetes mounts
    /// it.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The address of Object Storage, as in <c>https://HOST</c>: a private endpoint. Null is the region's own address.</summary>
    public string? ObjectStorageEndpoint { get; init; }

    /// <summary>The address of NoSQL, as in <c>https://HOST</c>. Null is the region's own address.</summary>
    public string? NosqlEndpoint { get; init; }

    /// <summary>The address of Monitoring, as in <c>https://HOST</c>, for posts and queries alike; in a region these are two hosts. Null is
    /// the region's own addresses.</summary>
    public string? MonitoringEndpoint { get; init; }

    /// <summary>Describes a region to the SDK.</summary>
    /// <param name="region">The region's identifier, as in <c>eu-frankfurt-1</c>.</param>
    /// <param name="key">The region's three-letter key, as in <c>fra</c>.</param>
    /// <param name="realm">The realm's key, as in <c>oc1</c>.</param>
    /// <param name="domain">The realm's domain, as in <c>oraclecloud.com</c>.</param>
    public static string DescribeRegion(string region, string key, string realm, string domain) => new JsonObject
    {
        ["realmKey"] = realm,
        ["realmDomainComponent"] = domain,
        ["regionKey"] = key,
        ["regionIdentifier"] = region,
    }.ToJsonString();

    /// <summary>Reads the settings from the environment; null if it names no identity.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    public static OciSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(IdentityVariable) is null)
        {
            return environment.Get(RegionVariable) is null
                ? null
                : throw new ContractException(
                    $"the environment variable {IdentityVariable} is not set, and {RegionVariable} is; it must be {OciIdentities.Form}");
        }

        var settings = new OciSettings { Identity = default };
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings is { Identity: OciIdentity.WorkloadIdentity, Region: null }
            ? throw new ContractException(
                $"the environment variable {RegionVariable} is not set; with {OciIdentities.Text(settings.Identity)} it must be " +
                    $"{RegionForm}")
            : settings;
    }

    /// <summary>Writes the variables from which <see cref="Read"/> reads these settings.</summary>
    public void Write(IDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        foreach (var setting in Table)
            setting.Write(this, variables);
        // Only a configuration file has profiles.
        if (Identity != OciIdentity.ConfigFile)
            variables.Remove(ProfileVariable);
        if (Identity == OciIdentity.WorkloadIdentity && Region is not null)
            variables[SdkRegionVariable] = Region;
    }

    [GeneratedRegex(@"\A[a-z]+(-[a-z]+)+-[0-9]+\z")]
    private static partial Regex RegionPattern { get; }
}
