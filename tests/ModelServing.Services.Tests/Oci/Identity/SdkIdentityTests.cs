using ModelServing.Services.Tests.Hosting;
using Oci.Common;
using Oci.Common.Auth;
using Oci.ObjectstorageService;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>The SDK's identities. The doubles sign with a user's key and refuse every other identity.</summary>
[Collection(nameof(OwnProcess))]
public sealed class SdkIdentityTests : IDisposable
{
    private static readonly string[] Variables =
    [
        "OCI_RESOURCE_PRINCIPAL_VERSION",
        "OCI_RESOURCE_PRINCIPAL_REGION",
        "OCI_RESOURCE_PRINCIPAL_RPST",
        "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM",
        "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", "KUBERNETES_SERVICE_HOST", "OCI_REGION",
    ];

    private readonly EnvironmentVariables unset = new([.. Variables.Select(static name => (name, (string?)null))]);
    private readonly SomeUser user = new();

    public void Dispose()
    {
        unset.Dispose();
        user.Dispose();
    }

    [Fact]
    public void A_configuration_files_profile_falls_back_to_the_default_one()
    {
        File.WriteAllText(user.ConfigFile, user.Profile() + "# a comment\n\n[other]\nuser = ocid1.user.oc1..other\n");

        var provider = new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "other");

        Assert.Equal("ocid1.tenancy.oc1..some/ocid1.user.oc1..other/20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34", provider.KeyId);
        Assert.Equal(Region.EU_FRANKFURT_1, provider.Region);
        Assert.Equal(("eu-frankfurt-1", "fra"), (provider.Region.RegionId, provider.Region.RegionCode));
    }

    [Theory]
    [InlineData("nonsense", typeof(InvalidDataException))]
    [InlineData("[]", typeof(InvalidDataException))]
    [InlineData("[a]\n= b", typeof(InvalidDataException))]
    [InlineData("a = b", typeof(ArgumentNullException))]
    [InlineData("[a]\nb = c\nb = d", typeof(ArgumentException))]
    [InlineData("[DEFAULT]", typeof(ArgumentException))]
    public void An_invalid_configuration_file_is_refused(string text, Type exception)
    {
        File.WriteAllText(user.ConfigFile, text);

        Assert.Throws(exception, () => ConfigFileReader.Parse(user.ConfigFile, "a"));
    }

    [Fact]
    public void An_unknown_region_is_accepted_in_a_file_and_refused_elsewhere()
    {
        File.WriteAllText(user.ConfigFile, user.Profile(region: "region=xx-nowhere-7"));

        Assert.Equal("xx-nowhere-7", new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT").Region.RegionId);
        Assert.Throws<ArgumentException>(() => Region.FromRegionCodeOrId("xx-nowhere-8"));
        Assert.Equal(Region.EU_FRANKFURT_1, Region.FromRegionCodeOrId("fra"));
    }

    [Fact]
    public void A_client_can_not_be_created_with_an_identity_without_a_region()
    {
        File.WriteAllText(user.ConfigFile, user.Profile(region: ""));

        Assert.Throws<NullReferenceException>(() => new ObjectStorageClient(
            new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"),
            null,
            "http://127.0.0.1:1"));
    }

    [Fact]
    public async Task A_key_may_be_encrypted_and_an_unreadable_one_is_refused()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        File.WriteAllText(user.KeyFile, SomeUser.EncryptedKey("open"));
        File.AppendAllText(user.ConfigFile, "pass_phrase=open\n");
        using var client = new ObjectStorageClient(
            new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"), null, service.Endpoint);

        await client.GetObject(SdkClient.Get());

        SomeUser.VerifySignature(Assert.Single(service.Requests));
        Assert.ThrowsAny<IOException>(() => new FilePrivateKeySupplier(user.KeyFile, null).GetKey());
        Assert.ThrowsAny<IOException>(
            () => new FilePrivateKeySupplier(user.KeyFile, new System.Net.NetworkCredential("", "wrong").SecurePassword).GetKey());
        File.WriteAllText(user.KeyFile, "nonsense");
        Assert.Throws<FormatException>(() => new FilePrivateKeySupplier(user.KeyFile, null).GetKey());
        Assert.Throws<FileNotFoundException>(() => new FilePrivateKeySupplier(user.KeyFile + "x", null).GetKey());
    }

    [Fact]
    public void The_platforms_identities_report_missing_variables()
    {
        Assert.Contains(
            "OCI_RESOURCE_PRINCIPAL_REGION",
            Assert.Throws<ArgumentException>(() => OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "OCI_RESOURCE_PRINCIPAL_VERSION",
            Assert.Throws<ArgumentNullException>(() => ResourcePrincipalAuthenticationDetailsProvider.GetProvider()).Message,
            StringComparison.Ordinal);
        using var more = new EnvironmentVariables(
            ("OCI_RESOURCE_PRINCIPAL_REGION", "eu-frankfurt-1"), ("OCI_RESOURCE_PRINCIPAL_VERSION", "1.1"),
            ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", user.ConfigFile + "x"));
        Assert.Contains(
            "cert",
            Assert.Throws<ArgumentException>(() => OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider()).Message,
            StringComparison.Ordinal);
        Assert.Throws<NotImplementedException>(() => ResourcePrincipalAuthenticationDetailsProvider.GetProvider());
    }

    [Fact]
    public async Task The_doubles_refuse_to_use_an_identity_of_the_platform()
    {
        Assert.SkipUnless(SdkClient.IsDouble, "these are the official packages, which would call the platform");
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        using var workload = new EnvironmentVariables(
            ("OCI_RESOURCE_PRINCIPAL_REGION", "eu-frankfurt-1"), ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", user.ConfigFile),
            ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"), ("OCI_RESOURCE_PRINCIPAL_RPST", "token"),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "pem"));

        foreach (var provider in (IBasicAuthenticationDetailsProvider[])[
            OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider(),
            ResourcePrincipalAuthenticationDetailsProvider.GetProvider(),
        ])
        {
            using var client = new ObjectStorageClient(provider, null, service.Endpoint);
            var e = await Assert.ThrowsAsync<NotSupportedException>(() => client.GetObject(SdkClient.Get()));
            Assert.Contains(provider.GetType().Name, e.Message, StringComparison.Ordinal);
        }

        Assert.Throws<NotSupportedException>(() => new InstancePrincipalsAuthenticationDetailsProvider());
        Assert.Empty(service.Requests);
    }
}
