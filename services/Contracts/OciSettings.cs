using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>How a program asks OCI's services: as whom, and in which region.</summary>
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

    /// <summary>The variable of <see cref="ObjectStorageEndpoint"/>.</summary>
    public const string ObjectStorageEndpointVariable = "MODELSERVING_OCI_OBJECT_STORAGE_ENDPOINT";

    /// <summary>The variable of <see cref="NosqlEndpoint"/>.</summary>
    public const string NosqlEndpointVariable = "MODELSERVING_OCI_NOSQL_ENDPOINT";

    /// <summary>The variable of <see cref="MonitoringEndpoint"/>.</summary>
    public const string MonitoringEndpointVariable = "MODELSERVING_OCI_MONITORING_ENDPOINT";

    /// <summary>The variable in which the OCI SDK itself looks for the region of a workload identity. It is written with
    /// <see cref="Region"/>, and read by nothing of ours. A resource principal's (and OCI_RESOURCE_PRINCIPAL_VERSION) are the platform's
    /// to set; workload identity needs no version.</summary>
    public const string SdkRegionVariable = "OCI_RESOURCE_PRINCIPAL_REGION";

    /// <summary>As whom.</summary>
    public required OciIdentity Identity { get; init; }

    /// <summary>The region's identifier, as in <c>eu-frankfurt-1</c>. Null leaves it to the identity, which a workload identity can't know.</summary>
    public string? Region { get; init; }

    /// <summary>The configuration file of <see cref="OciIdentity.ConfigFile"/>; null is <c>~/.oci/config</c>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The profile in that file. <c>DEFAULT</c> by default.</summary>
    public string Profile { get; init; } = "DEFAULT";

    /// <summary>Where Object Storage answers, as in <c>https://HOST</c>: a private endpoint. Null is the region's own address.</summary>
    public string? ObjectStorageEndpoint { get; init; }

    /// <summary>Where NoSQL answers, as in <c>https://HOST</c>. Null is the region's own address.</summary>
    public string? NosqlEndpoint { get; init; }

    /// <summary>Where Monitoring answers, as in <c>https://HOST</c>: for what is posted and what is asked alike, which are two hosts of the
    /// region else. Null is the region's own addresses.</summary>
    public string? MonitoringEndpoint { get; init; }

    /// <summary>Reads the settings from the environment; null when it names no identity.</summary>
    /// <exception cref="ContractException">A variable has a value that can't be one, or one is missing; the message names it.</exception>
    public static OciSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(IdentityVariable) is not { } text)
        {
            return environment.Get(RegionVariable) is null
                ? null
                : throw new ContractException($"the environment variable {IdentityVariable} is not set, and {RegionVariable} is; it has to be {OciIdentities.Form}");
        }

        var identity = OciIdentities.Parse(text) ?? throw Wrong(IdentityVariable, text, OciIdentities.Form);
        var region = environment.Get(RegionVariable);
        if (region is not null && !RegionForm.IsMatch(region))
            throw Wrong(RegionVariable, region, "a region's identifier, as in eu-frankfurt-1");
        if (region is null && identity == OciIdentity.WorkloadIdentity)
            throw new ContractException($"the environment variable {RegionVariable} is not set; with {OciIdentities.Text(identity)} it has to be a region's identifier, as in eu-frankfurt-1");
        return new OciSettings
        {
            Identity = identity,
            Region = region,
            ConfigFile = environment.Get(ConfigFileVariable),
            Profile = environment.Get(ProfileVariable) ?? "DEFAULT",
            ObjectStorageEndpoint = Endpoint(environment, ObjectStorageEndpointVariable),
            NosqlEndpoint = Endpoint(environment, NosqlEndpointVariable),
            MonitoringEndpoint = Endpoint(environment, MonitoringEndpointVariable),
        };
    }

    /// <summary>Adds the variables to <paramref name="variables"/>.</summary>
    internal void Write(IDictionary<string, string> variables)
    {
        variables[IdentityVariable] = OciIdentities.Text(Identity);
        if (Region is not null)
            variables[RegionVariable] = Region;
        if (Region is not null && Identity == OciIdentity.WorkloadIdentity)
            variables[SdkRegionVariable] = Region;
        if (ConfigFile is not null)
            variables[ConfigFileVariable] = ConfigFile;
        if (Identity == OciIdentity.ConfigFile)
            variables[ProfileVariable] = Profile;
        if (ObjectStorageEndpoint is not null)
            variables[ObjectStorageEndpointVariable] = ObjectStorageEndpoint;
        if (NosqlEndpoint is not null)
            variables[NosqlEndpointVariable] = NosqlEndpoint;
        if (MonitoringEndpoint is not null)
            variables[MonitoringEndpointVariable] = MonitoringEndpoint;
    }

    private static string? Endpoint(HostEnvironment environment, string variable) => environment.Get(variable) is not { } text || IsEndpoint(text)
        ? environment.Get(variable)
        : throw Wrong(variable, text, "an address without a path, as in https://HOST");

    // The SDK drops a path without a word.
    private static bool IsEndpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.PathAndQuery == "/" && address.Fragment.Length == 0 && address.UserInfo.Length == 0;

    private static ContractException Wrong(string variable, string value, string what) => new($"the environment variable {variable} is '{value}'; it has to be {what}");

    [GeneratedRegex(@"\A[a-z]+(-[a-z]+)+-[0-9]+\z")]
    private static partial Regex RegionForm { get; }
}
