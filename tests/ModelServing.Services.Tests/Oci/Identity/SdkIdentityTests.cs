using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;
using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Model;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>The SDK's identities. They apply to the official packages and to the doubles alike.</summary>
[Collection(nameof(OwnProcess))]
public sealed class SdkIdentityTests : IDisposable
{
    private static readonly string[] Names =
    [
        "OCI_RESOURCE_PRINCIPAL_VERSION",
        "OCI_RESOURCE_PRINCIPAL_REGION",
        "OCI_RESOURCE_PRINCIPAL_RPST",
        "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM",
        "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", "KUBERNETES_SERVICE_HOST", "OCI_REGION",
    ];

    private readonly EnvironmentVariables unset = new([.. Names.Select(static name => (name, (string?)null))]);
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

    [Theory]
    [InlineData("eu-madrid-1", "mad", "oraclecloud.com")]
    [InlineData("us-saltlake-2", "aga", "oraclecloud.com")]
    [InlineData("eu-frankfurt-2", "str", "oraclecloud.eu")]
    [InlineData("us-gov-ashburn-1", "ric", "oraclegovcloud.com")]
    public void The_regions_of_all_realms_are_known(string id, string code, string domain)
    {
        var region = Region.FromRegionId(id);

        Assert.Same(region, Region.FromRegionCodeOrId(code));
        Assert.Equal((id, code, domain), (region.RegionId, region.RegionCode, region.Realm.SecondLevelDomain));
    }

    [Fact]
    public void A_newer_region_is_known_from_its_description()
    {
        Environment.SetEnvironmentVariable(
            OciSettings.RegionMetadataVariable, OciSettings.DescribeRegion("xx-newland-1", "xnl", "oc1", "oraclecloud.com"));
        try
        {
            Region.ResetEnvironmentVariableInUse();
            var region = Region.FromRegionCodeOrId("xx-newland-1");
            Assert.Equal(("xx-newland-1", "xnl"), (region.RegionId, region.RegionCode));
            Assert.Same(Realm.OC1, region.Realm);
        }
        finally
        {
            Environment.SetEnvironmentVariable(OciSettings.RegionMetadataVariable, null);
        }
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
    public async Task The_first_of_two_keys_signs_whatever_text_is_around_them()
    {
        using var other = RSA.Create(2048);
        var own = await File.ReadAllTextAsync(user.KeyFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            user.KeyFile, $"a note\n{own}\nOCI_API_KEY\n{other.ExportRSAPrivateKeyPem()}\n", TestContext.Current.CancellationToken);
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("", "ETag: tag"));
        using var client = new ObjectStorageClient(
            new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"), null, service.Endpoint);

        await client.GetObject(SdkClient.Get());

        SomeUser.VerifySignature(Assert.Single(service.Requests));
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
    public async Task A_pods_identity_is_obtained_at_the_first_request_and_again_after_401()
    {
        await using var pod = await OkePod.StartAsync();
        using var variables = Variables(pod);
        await using var emulator = await ObjectStorageEmulator.StartAsync();
        emulator.Pod = pod;
        using var client = ClientOf(pod, emulator.Endpoint);
        Assert.Equal(0, pod.Exchanges);

        await client.GetNamespace(new GetNamespaceRequest());
        await client.GetNamespace(new GetNamespaceRequest());
        Assert.Equal(1, pod.Exchanges);

        pod.EndSessions();
        await client.GetNamespace(new GetNamespaceRequest());
        Assert.Equal(2, pod.Exchanges);
    }

    [Fact]
    public async Task A_pods_session_is_renewed_when_it_ends()
    {
        await using var pod = await OkePod.StartAsync();
        using var variables = Variables(pod);
        await using var emulator = await ObjectStorageEmulator.StartAsync();
        emulator.Pod = pod;
        using var client = ClientOf(pod, emulator.Endpoint);
        pod.Lifetime = TimeSpan.FromSeconds(-1);

        await client.GetNamespace(new GetNamespaceRequest());
        var first = pod.Exchanges;
        await client.GetNamespace(new GetNamespaceRequest());
        Assert.True(pod.Exchanges > first, "an expired session was used");
    }

    [Theory]
    [InlineData(PodFault.ExpiredToken, nameof(ArgumentException))]
    [InlineData(PodFault.MalformedToken, "SecurityTokenMalformedException")]
    [InlineData(PodFault.MissingToken, nameof(IOException))]
    [InlineData(PodFault.BrokenCertificate, "CryptographicException")]
    [InlineData(PodFault.Refused, nameof(AggregateException))]
    [InlineData(PodFault.OtherName, nameof(AggregateException))]
    [InlineData(PodFault.Forbidden, nameof(OciException))]
    [InlineData(PodFault.Failing, nameof(OciException))]
    [InlineData(PodFault.Page, nameof(FormatException))]
    [InlineData(PodFault.Empty, nameof(OciException))]
    [InlineData(PodFault.NoToken, nameof(NullReferenceException))]
    [InlineData(PodFault.ShortToken, nameof(ArgumentOutOfRangeException))]
    [InlineData(PodFault.NoJwt, "SecurityTokenMalformedException")]
    public async Task A_pods_identity_fails_in_the_request_with_an_exception_of_any_kind(PodFault fault, string exception)
    {
        await using var pod = await OkePod.StartAsync();
        using var variables = Variables(pod);
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        using var client = ClientOf(pod, new Uri(service.Endpoint));
        await pod.BreakAsync(fault);

        var e = await Assert.ThrowsAnyAsync<Exception>(() => client.GetObject(SdkClient.Get()));
        Assert.Equal(exception, (e is CryptographicException ? typeof(CryptographicException) : e.GetType()).Name);
        Assert.Empty(service.Requests);

        await pod.RepairAsync();
        await client.GetObject(SdkClient.Get());
    }

    [Fact]
    public async Task A_resource_principal_reads_its_token_again_when_it_is_replaced()
    {
        using var folder = new TemporaryFolder();
        await using var pod = await OkePod.StartAsync();
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        File.Copy(pod.Settings.TokenFile!, folder.Combine("token"));
        File.Copy(user.KeyFile, folder.Combine("key.pem"));
        using var principal = new EnvironmentVariables(
            ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"), ("OCI_RESOURCE_PRINCIPAL_REGION", "fra"),
            ("OCI_RESOURCE_PRINCIPAL_RPST", folder.Combine("token")), ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", folder.Combine("key.pem")));
        using var client = new ObjectStorageClient(
            ResourcePrincipalAuthenticationDetailsProvider.GetProvider(), null, service.Endpoint);

        File.Delete(folder.Combine("token"));
        await Assert.ThrowsAsync<IOException>(() => client.GetObject(SdkClient.Get()));
        File.WriteAllText(folder.Combine("token"), "not a token");
        Assert.Equal(
            "SecurityTokenMalformedException",
            (await Assert.ThrowsAnyAsync<ArgumentException>(() => client.GetObject(SdkClient.Get()))).GetType().Name);
        Assert.Empty(service.Requests);

        File.Copy(pod.Settings.TokenFile!, folder.Combine("token"), overwrite: true);
        await client.GetObject(SdkClient.Get());
        var token = await File.ReadAllTextAsync(folder.Combine("token"), TestContext.Current.CancellationToken);
        Assert.Contains($"keyId=\"ST${token}\"", Assert.Single(service.Requests)["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "text/plain", "nothing here", nameof(InvalidCastException))]
    [InlineData("404 Not Found", "text/html", "<html>", "JsonReaderException")]
    [InlineData("404 Not Found", "application/json", """{"code":"NotFound","message":"no"}""", nameof(OciException))]
    [InlineData("400 Bad Request", "text/plain", "no", nameof(OciException))]
    [InlineData("200 OK", "text/html", "<html>Please log in</html>", "CryptographicException")]
    public async Task An_instance_principal_fails_at_once_where_there_is_no_metadata_service(
        string status, string type, string body, string exception)
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Answer(status, body, $"Content-Type: {type}"));
        using var proxy = new DefaultProxy(service.Endpoint);

        var e = Assert.ThrowsAny<Exception>(() => new InstancePrincipalsAuthenticationDetailsProvider());

        Assert.Equal(exception, (e is CryptographicException ? typeof(CryptographicException) : e.GetType()).Name);
        Assert.StartsWith(
            "GET http://169.254.169.254/opc/v2/instance/region HTTP/1.1",
            service.Requests[0].StartLine,
            StringComparison.Ordinal);
    }

    private static EnvironmentVariables Variables(OkePod pod) =>
        new([.. pod.Variables.Select(static pair => (pair.Key, (string?)pair.Value))]);

    private static ObjectStorageClient ClientOf(OkePod pod, Uri endpoint) => new(
        OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider(tokenPath: pod.Settings.TokenFile),
        null,
        endpoint.GetLeftPart(UriPartial.Authority));
}
