using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;
using Oci.Common.Auth;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>Identities by settings, and what is said when one can't be had.</summary>
[Collection(nameof(OwnProcess))]
public sealed class OciIdentityProviderTests : IDisposable
{
    private const string ByFile = "the identity config-file can't be used: ";
    private const string ByWorkload = "the identity workload-identity can't be used: ";
    private const string ByResource = "the identity resource-principal can't be used: ";

    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task A_user_asks_the_given_endpoint_in_the_given_region()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        File.WriteAllText(user.ConfigFile, user.Profile("some", region: ""));
        using var client = ObjectStorageClients.Open(ByConfigFile() with { Profile = "some", Region = "us-ashburn-1", ObjectStorageEndpoint = service.Endpoint });

        await client.GetObject(SdkClient.Get());

        SomeUser.Verified(Assert.Single(service.Requests));
    }

    [Theory]
    [InlineData(null, "https://objectstorage.eu-frankfurt-1.oraclecloud.com/")]
    [InlineData("us-ashburn-1", "https://objectstorage.us-ashburn-1.oraclecloud.com/")]
    public void The_settings_region_comes_before_the_identitys(string? region, string endpoint)
    {
        using var client = ObjectStorageClients.Open(ByConfigFile() with { Region = region });
        Assert.Equal(endpoint, client.GetEndpoint().ToString());
    }

    [Fact]
    public async Task The_environments_template_of_a_realm_does_not_beat_an_endpoint()
    {
        // See SdkRequestTests: the template would lead to the second service.
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        await using var elsewhere = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        using var enabled = new EnvironmentVariables(("OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED", "true"));
        using var client = ObjectStorageClients.Open(ByConfigFile() with { ObjectStorageEndpoint = service.Endpoint });
        var get = SdkClient.Get();
        get.NamespaceName = elsewhere.Endpoint["http://".Length..] + "/";

        await client.GetObject(get);

        Assert.Equal((1, 0), (service.Requests.Count, elsewhere.Accepted));
    }

    [Fact]
    public void A_configuration_file_that_is_not_there_is_named_with_what_writes_one() => Refused(
        ByConfigFile() with { ConfigFile = user.ConfigFile + "x" },
        $"{ByFile}there is no file {user.ConfigFile}x; 'oci setup config' writes one, and MODELSERVING_OCI_CONFIG_FILE names another");

    [Fact]
    public void A_profile_that_is_not_there_is_named() =>
        Refused(ByConfigFile() with { Profile = "prod" }, $"{ByFile}{user.ConfigFile}, profile [prod]: No profile named prod exists in the configuration file.");

    [Fact]
    public void All_missing_keys_are_named_at_once()
    {
        File.WriteAllText(user.ConfigFile, user.Profile().Replace("tenancy=", "tenant=", StringComparison.Ordinal));
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks tenancy");
        File.WriteAllText(user.ConfigFile, "[DEFAULT]\ntenancy=t\nkey_file=\nregion=eu-frankfurt-1\n");
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks user, fingerprint, key_file");
        File.AppendAllText(user.ConfigFile, "security_token_file=f\n");
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks user, fingerprint, key_file (it is a session's; an API key's is needed)");
    }

    [Fact]
    public void A_file_that_names_another_identity_is_refused()
    {
        File.AppendAllText(user.ConfigFile, "authentication_type=instance_principal\n");
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} has authentication_type instance_principal; name that identity itself, in MODELSERVING_OCI_IDENTITY");
    }

    [Fact]
    public void A_key_that_is_missing_or_none_is_named_with_the_profile()
    {
        File.WriteAllText(user.KeyFile, "nonsense");
        Assert.StartsWith(
            $"{ByFile}{user.KeyFile}, which the profile [DEFAULT] of {user.ConfigFile} names as key_file, is no RSA key in PEM that can be read: ", Refusal(ByConfigFile()), StringComparison.Ordinal);
        File.Delete(user.KeyFile);
        Refused(ByConfigFile(), $"{ByFile}there is no file {user.KeyFile}, which the profile [DEFAULT] of {user.ConfigFile} names as key_file");
    }

    [Fact]
    public void A_region_that_is_nowhere_or_unknown_is_named_with_its_place()
    {
        const string Unknown = ", a region that this version of the OCI SDK does not know; correct it, or describe a newer region in OCI_REGION_METADATA";
        Refused(ByConfigFile() with { Region = "eu-nowhere-1" }, $"the environment variable MODELSERVING_OCI_REGION is 'eu-nowhere-1'{Unknown}");
        File.WriteAllText(user.ConfigFile, user.Profile(region: "region=eu-nowhere-1"));
        Refused(ByConfigFile(), $"the region in the profile [DEFAULT] of {user.ConfigFile} is 'eu-nowhere-1'{Unknown}");
        File.WriteAllText(user.ConfigFile, user.Profile(region: ""));
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} names no region, and the environment variable MODELSERVING_OCI_REGION is not set");
    }

    [Fact]
    public void A_workload_identity_misses_what_a_pod_has()
    {
        var settings = new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" };
        var variables = new Dictionary<string, string>();

        Refused(settings, $"{ByWorkload}the environment variable OCI_RESOURCE_PRINCIPAL_REGION, in which the OCI SDK looks for the region, is not set; it has to be eu-frankfurt-1, as MODELSERVING_OCI_REGION is", variables);
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "us-ashburn-1";
        Refused(settings, $"{ByWorkload}the environment variable OCI_RESOURCE_PRINCIPAL_REGION is 'us-ashburn-1' and MODELSERVING_OCI_REGION is 'eu-frankfurt-1'; they have to be the same", variables);
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "eu-frankfurt-1";
        Refused(settings, $"{ByWorkload}the environment variable KUBERNETES_SERVICE_HOST is not set; it is in every pod, and nowhere else", variables);
        variables["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
        variables["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = "/nowhere/ca.crt";
        Refused(settings, $"{ByWorkload}there is no file /nowhere/ca.crt, the cluster's certificate; the pod has to be of an enhanced cluster and have automountServiceAccountToken", variables);
    }

    [Fact]
    public void A_pod_that_has_it_all_is_known_in_its_region()
    {
        using var pod = new EnvironmentVariables(
            ("OCI_RESOURCE_PRINCIPAL_REGION", "eu-frankfurt-1"), ("KUBERNETES_SERVICE_HOST", "127.0.0.1"), ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", user.ConfigFile));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("token"), "a token");

        var provider = new WorkloadIdentity(Environment.GetEnvironmentVariable, folder.FullPath).Open(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" });

        Assert.Equal("eu-frankfurt-1", ((IRegionProvider)provider).Region.RegionId);
    }

    [Fact]
    public void A_resource_principal_misses_what_a_function_has()
    {
        var settings = new OciSettings { Identity = OciIdentity.ResourcePrincipal };
        var variables = new Dictionary<string, string> { ["OCI_RESOURCE_PRINCIPAL_VERSION"] = "1.1", ["OCI_RESOURCE_PRINCIPAL_RPST"] = "token" };

        Refused(settings, $"{ByResource}not set: OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM, OCI_RESOURCE_PRINCIPAL_REGION; the platform sets them in a Function, and nowhere else", variables);
        variables["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"] = "/a/file";
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "fra";
        Refused(settings, $"{ByResource}OCI_RESOURCE_PRINCIPAL_VERSION is '1.1'; the OCI SDK knows 2.2", variables);
        variables["OCI_RESOURCE_PRINCIPAL_VERSION"] = "2.2";
        Refused(settings, $"{ByResource}of OCI_RESOURCE_PRINCIPAL_RPST and OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM one is a file's path and one is not; both have to be", variables);
    }

    private OciSettings ByConfigFile() => new() { Identity = OciIdentity.ConfigFile, ConfigFile = user.ConfigFile };

    private static void Refused(OciSettings settings, string message, Dictionary<string, string>? variables = null) => Assert.Equal(message, Refusal(settings, variables));

    private static string Refusal(OciSettings settings, Dictionary<string, string>? variables = null) =>
        Assert.Throws<ContractException>(() => new OciIdentityProvider((variables ?? []).GetValueOrDefault).Open(settings)).Message;
}
