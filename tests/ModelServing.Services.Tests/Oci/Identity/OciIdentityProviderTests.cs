using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;
using Oci.Common.Auth;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>The identities that settings name, and the errors if one is not available.</summary>
[Collection(nameof(OwnProcess))]
public sealed class OciIdentityProviderTests : IDisposable
{
    private const string ByFile = "the identity config-file can't be used: ";
    private const string ByWorkload = "the identity workload-identity can't be used: ";
    private const string ByResource = "the identity resource-principal can't be used: ";

    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task A_user_calls_the_given_endpoint_in_the_given_region()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        File.WriteAllText(user.ConfigFile, user.Profile("some", region: ""));
        using var client = ObjectStorageClients.Open(
            ByConfigFile() with { Profile = "some", Region = "us-ashburn-1", ObjectStorageEndpoint = service.Endpoint });

        await client.Client.GetObject(SdkClient.Get());

        SomeUser.VerifySignature(Assert.Single(service.Requests));
    }

    [Theory]
    [InlineData(null, "https://objectstorage.eu-frankfurt-1.oraclecloud.com/")]
    [InlineData("us-ashburn-1", "https://objectstorage.us-ashburn-1.oraclecloud.com/")]
    public void The_settings_region_takes_precedence_over_the_identitys(string? region, string endpoint)
    {
        using var client = ObjectStorageClients.Open(ByConfigFile() with { Region = region });
        Assert.Equal(endpoint, client.Client.GetEndpoint().ToString());
    }

    [Fact]
    public async Task The_environments_template_of_a_realm_does_not_override_an_endpoint()
    {
        // As SdkRequestTests shows, the template would lead to the second service.
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        await using var elsewhere = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        using var enabled = new EnvironmentVariables(("OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED", "true"));
        using var client = ObjectStorageClients.Open(ByConfigFile() with { ObjectStorageEndpoint = service.Endpoint });
        var get = SdkClient.Get();
        get.NamespaceName = elsewhere.Endpoint["http://".Length..] + "/";

        await client.Client.GetObject(get);

        Assert.Equal((1, 0), (service.Requests.Count, elsewhere.Accepted));
    }

    [Fact]
    public void A_missing_configuration_file_is_reported_with_the_command_that_writes_one() => Refused(
        ByConfigFile() with { ConfigFile = user.ConfigFile + "x" },
        $"{ByFile}the file {user.ConfigFile}x does not exist; write it with 'oci setup config', or set MODELSERVING_OCI_CONFIG_FILE to "
        + "another file");

    [Fact]
    public void A_missing_profile_is_reported_by_name() =>
        Refused(
            ByConfigFile() with { Profile = "prod" },
            $"{ByFile}{user.ConfigFile}, profile [prod]: No profile named prod exists in the configuration file.");

    [Fact]
    public void All_missing_keys_are_reported_at_once()
    {
        File.WriteAllText(user.ConfigFile, user.Profile().Replace("tenancy=", "tenant=", StringComparison.Ordinal));
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks tenancy");
        File.WriteAllText(user.ConfigFile, "[DEFAULT]\ntenancy=t\nkey_file=\nregion=eu-frankfurt-1\n");
        Refused(ByConfigFile(), $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks user, fingerprint, key_file");
        File.AppendAllText(user.ConfigFile, "security_token_file=f\n");
        Refused(
            ByConfigFile(),
            $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} lacks user, fingerprint, key_file (it is the profile of a session; " +
                $"one with an API key is needed)");
    }

    [Fact]
    public void A_file_that_names_another_identity_is_refused()
    {
        File.AppendAllText(user.ConfigFile, "authentication_type=instance_principal\n");
        Refused(
            ByConfigFile(),
            $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} has authentication_type instance_principal; set " +
                $"MODELSERVING_OCI_IDENTITY to that identity instead");
    }

    [Fact]
    public void A_missing_or_unreadable_key_is_reported_with_the_profile()
    {
        File.WriteAllText(user.KeyFile, "nonsense");
        Assert.StartsWith(
            $"{ByFile}{user.KeyFile}, the key_file of the profile [DEFAULT] of {user.ConfigFile}, is not a readable RSA key in PEM: ",
            Refusal(ByConfigFile()),
            StringComparison.Ordinal);
        File.Delete(user.KeyFile);
        Refused(
            ByConfigFile(), $"{ByFile}the file {user.KeyFile}, the key_file of the profile [DEFAULT] of {user.ConfigFile}, does not exist");
    }

    [Fact]
    public void A_file_whose_first_key_is_not_a_private_rsa_key_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] files =
        [
            rsa.ExportSubjectPublicKeyInfoPem(),
            rsa.ExportRSAPublicKeyPem(),
            $"{rsa.ExportSubjectPublicKeyInfoPem()}\n{rsa.ExportRSAPrivateKeyPem()}",
            ec.ExportECPrivateKeyPem(),
            ec.ExportPkcs8PrivateKeyPem(),
            ec.ExportSubjectPublicKeyInfoPem(),
        ];
        foreach (var file in files)
        {
            File.WriteAllText(user.KeyFile, file);
            Assert.StartsWith(
                $"{ByFile}{user.KeyFile}, the key_file of the profile [DEFAULT] of {user.ConfigFile}, is not a readable RSA key in PEM: ",
                Refusal(ByConfigFile()),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_or_unknown_region_is_reported_with_its_place()
    {
        const string Unknown = ", a region that this version of the OCI SDK does not know; correct it, or describe a newer region in " +
            "OCI_REGION_METADATA (in the cloud: the setting regionMetadata)";
        Refused(
            ByConfigFile() with { Region = "eu-nowhere-1" },
            $"the environment variable MODELSERVING_OCI_REGION is 'eu-nowhere-1'{Unknown}");
        File.WriteAllText(user.ConfigFile, user.Profile(region: "region=eu-nowhere-1"));
        Refused(ByConfigFile(), $"the region in the profile [DEFAULT] of {user.ConfigFile} is 'eu-nowhere-1'{Unknown}");
        File.WriteAllText(user.ConfigFile, user.Profile(region: ""));
        Refused(
            ByConfigFile(),
            $"{ByFile}the profile [DEFAULT] of {user.ConfigFile} names no region, and the environment variable " +
                $"MODELSERVING_OCI_REGION is not set");
    }

    [Fact]
    public void A_workload_identity_outside_a_pod_reports_what_is_missing()
    {
        var settings = new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" };
        var variables = new Dictionary<string, string>();

        Refused(
            settings,
            $"{ByWorkload}the environment variable OCI_RESOURCE_PRINCIPAL_REGION, from which the OCI SDK reads the region, is not " +
                $"set; it must be eu-frankfurt-1, like MODELSERVING_OCI_REGION",
            variables);
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "us-ashburn-1";
        Refused(
            settings,
            $"{ByWorkload}the environment variable OCI_RESOURCE_PRINCIPAL_REGION is 'us-ashburn-1' and MODELSERVING_OCI_REGION is " +
                $"'eu-frankfurt-1'; they must be the same",
            variables);
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "eu-frankfurt-1";
        Refused(
            settings,
            $"{ByWorkload}the environment variable KUBERNETES_SERVICE_HOST is not set; Kubernetes sets it in every pod, so this " +
                $"process does not run in one",
            variables);
        variables["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
        variables["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = "/nowhere/ca.crt";
        const string Mount = "the pod must run in an enhanced cluster with automountServiceAccountToken";
        Refused(settings, $"{ByWorkload}the file /nowhere/ca.crt (the cluster's certificate) does not exist; {Mount}", variables);
        variables["OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"] = user.ConfigFile;
        Refused(
            settings with { TokenFile = "/nowhere/token" },
            $"{ByWorkload}the file /nowhere/token (the service account's token) does not exist; {Mount}",
            variables);
    }

    [Fact]
    public void A_complete_pod_has_an_identity_in_its_region()
    {
        using var pod = new EnvironmentVariables(
            ("OCI_RESOURCE_PRINCIPAL_REGION", "eu-frankfurt-1"), ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
            ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", user.ConfigFile));
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("token"), "a token");

        var identity = OciIdentityProvider.ForThisProcess.Open(new OciSettings
        {
            Identity = OciIdentity.WorkloadIdentity,
            Region = "eu-frankfurt-1",
            TokenFile = folder.Combine("token"),
        });

        Assert.Equal("eu-frankfurt-1", ((IRegionProvider)identity.Provider).Region.RegionId);
    }

    [Fact]
    public void A_resource_principal_outside_a_function_reports_what_is_missing()
    {
        var settings = new OciSettings { Identity = OciIdentity.ResourcePrincipal };
        var variables = new Dictionary<string, string>
        {
            ["OCI_RESOURCE_PRINCIPAL_VERSION"] = "1.1",
            ["OCI_RESOURCE_PRINCIPAL_RPST"] = "token",
        };

        Refused(
            settings,
            $"{ByResource}not set: OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM, OCI_RESOURCE_PRINCIPAL_REGION; OCI sets them only in a Function",
            variables);
        variables["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"] = "/a/file";
        variables["OCI_RESOURCE_PRINCIPAL_REGION"] = "fra";
        Refused(settings, $"{ByResource}OCI_RESOURCE_PRINCIPAL_VERSION is '1.1'; the OCI SDK supports 2.2", variables);
        variables["OCI_RESOURCE_PRINCIPAL_VERSION"] = "2.2";
        Refused(
            settings,
            $"{ByResource}only one of OCI_RESOURCE_PRINCIPAL_RPST and OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM is a file's path; both must " +
                $"be paths, or neither",
            variables);
    }

    private OciSettings ByConfigFile() => new() { Identity = OciIdentity.ConfigFile, ConfigFile = user.ConfigFile };

    private static void Refused(OciSettings settings, string message, Dictionary<string, string>? variables = null) =>
        Assert.Equal(message, Refusal(settings, variables));

    private static string Refusal(OciSettings settings, Dictionary<string, string>? variables = null) =>
        Assert.Throws<ContractException>(() => new OciIdentityProvider((variables ?? []).GetValueOrDefault).Open(settings)).Message;
}
