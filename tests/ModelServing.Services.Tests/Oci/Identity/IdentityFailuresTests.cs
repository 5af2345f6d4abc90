using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Oci.Identity;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit.Emulation;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>The stores while the identity of their pod fails, and after it works again.</summary>
[Collection(nameof(OwnProcess))]
public sealed class IdentityFailuresTests : IAsyncLifetime
{
    private static readonly StorageLimits Quick = TestedBucket.Quick with { Retries = 1 };
    private static readonly StorageLimits Impatient = TestedBucket.Quick with { Retries = 1, Attempt = TimeSpan.FromSeconds(5) };

    private OkePod pod = null!;
    private EnvironmentVariables variables = null!;

    /// <summary>Each fault, and the reason in the message.</summary>
    public static TheoryData<PodFault, string> Faults => new()
    {
        { PodFault.ExpiredToken, "Kubernetes service account token expired." },
        { PodFault.MalformedToken, "IDX" },
        { PodFault.MissingToken, "Kubernetes service account token doesn't exist at path: " },
        { PodFault.BrokenCertificate, "" },
        { PodFault.Refused, "Connection refused" },
        { PodFault.Silent, "no answer within 5 s" },
        { PodFault.OtherName, "The remote certificate was rejected" },
        { PodFault.Forbidden, "403: Please ensure the cluster type is enhanced" },
        { PodFault.Failing, "500: Request to get OKE Resource Principals Token failed" },
        { PodFault.Page, "the answer has no token (" },
        { PodFault.Empty, "" },
        { PodFault.NoToken, "the answer has no token (" },
        { PodFault.ShortToken, "the answer has no token (" },
        { PodFault.NoJwt, "IDX" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        pod = await OkePod.StartAsync();
        variables = new EnvironmentVariables([.. pod.Variables.Select(static pair => (pair.Key, (string?)pair.Value))]);
    }

    public async ValueTask DisposeAsync()
    {
        variables.Dispose();
        await pod.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_bucket_reports_the_identity_and_is_read_once_it_works(PodFault fault, string reason)
    {
        await using var tested = await TestedBucket.StartAsync();
        tested.Emulator.Pod = pod;
        tested.Set("models/m/1/manifest.json", [1]);
        var key = ObjectKey.Parse("models/m/1/manifest.json");
        var store = tested.Open(
            fault == PodFault.Silent ? Impatient : Quick,
            settings: pod.Settings with { ObjectStorageEndpoint = tested.Settings.ObjectStorageEndpoint });
        await pod.BreakAsync(fault);

        var e = await Assert.ThrowsAsync<RegistryException>(() => store.FindLengthAsync(key, Token));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.StartsWith(
            $"{key}: can't be listed in {store.Location}: the identity workload-identity, from https://{pod.Address}:12250 with the " +
                $"token in {pod.Settings.TokenFile}, can't be obtained: {reason}",
            e.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Object Storage", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bucket's name", e.Message, StringComparison.Ordinal);
        Assert.True(IdentityFailures.IsCauseOf(e));
        Assert.Empty(tested.Emulator.Requests);

        await pod.RepairAsync();
        Assert.Equal(1, await store.FindLengthAsync(key, Token));
    }

    [Fact]
    public async Task A_journal_reports_the_identity_and_is_read_once_it_works()
    {
        await using var tested = await TestedTable.StartAsync();
        tested.Emulator.Pod = pod;
        var journal = new RolloutJournal(tested.Open(
            TestedTable.Quick, settings: pod.Settings with { NosqlEndpoint = tested.Settings.NosqlEndpoint }));
        await pod.BreakAsync(PodFault.NoToken);

        var e = await Assert.ThrowsAsync<JournalException>(() => journal.ReadAsync(ModelName.Parse("fraud"), 0, Token));
        Assert.Equal((JournalError.Unavailable, true), (e.Error, IdentityFailures.IsCauseOf(e)));

        await pod.RepairAsync();
        Assert.Empty(await journal.ReadAsync(ModelName.Parse("fraud"), 0, Token));
    }

    [Theory]
    [InlineData(PodFault.Refused)]
    [InlineData(PodFault.NoToken)]
    [InlineData(PodFault.Forbidden)]
    public async Task A_session_that_cannot_be_renewed_after_401_is_reported_as_the_identitys_failure(PodFault fault)
    {
        await using var tested = await TestedBucket.StartAsync();
        tested.Emulator.Pod = pod;
        var store = tested.Open(
            Quick, settings: pod.Settings with { ObjectStorageEndpoint = tested.Settings.ObjectStorageEndpoint });
        Assert.Null(await store.FindLengthAsync(ObjectKey.Parse("a"), Token));
        pod.EndSessions();
        await pod.BreakAsync(fault);

        var e = await Assert.ThrowsAsync<RegistryException>(() => store.FindLengthAsync(ObjectKey.Parse("a"), Token));
        Assert.Contains("the identity workload-identity, from ", e.Message, StringComparison.Ordinal);

        await pod.RepairAsync();
        Assert.Null(await store.FindLengthAsync(ObjectKey.Parse("a"), Token));
    }

    [Fact]
    public async Task Any_number_of_callers_wait_for_one_thread_while_the_token_service_is_silent()
    {
        await using var tested = await TestedBucket.StartAsync();
        tested.Emulator.Pod = pod;
        var store = tested.Open(
            Impatient, settings: pod.Settings with { ObjectStorageEndpoint = tested.Settings.ObjectStorageEndpoint });
        await pod.BreakAsync(PodFault.Silent);
        var before = ThreadPool.ThreadCount;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ =>
            Assert.ThrowsAsync<RegistryException>(() => store.FindLengthAsync(ObjectKey.Parse("a"), Token))));

        Assert.True(ThreadPool.ThreadCount < before + 50, $"{ThreadPool.ThreadCount} threads, {before} before");
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_the_cancellation()
    {
        await using var tested = await TestedBucket.StartAsync();
        var store = tested.Open(
            Quick with { Attempt = TimeSpan.FromMinutes(5) },
            settings: pod.Settings with { ObjectStorageEndpoint = tested.Settings.ObjectStorageEndpoint });
        await pod.BreakAsync(PodFault.Silent);
        using var cancellation = new CancellationTokenSource();

        var finding = store.FindLengthAsync(ObjectKey.Parse("a"), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finding);
    }

    [Theory]
    [InlineData("404 Not Found", "text/plain", "nothing here")]
    [InlineData("404 Not Found", "text/html", "<html>")]
    [InlineData("200 OK", "text/html", "<html>Please log in</html>")]
    [InlineData("403 Forbidden", "text/plain", "denied")]
    public async Task An_instance_principal_elsewhere_says_that_only_compute_instances_have_one(string status, string type, string body)
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Answer(status, body, $"Content-Type: {type}"));
        using var proxy = new DefaultProxy(service.Endpoint);

        var e = Assert.Throws<ContractException>(
            () => ObjectStores.Open("oci:space/bucket", new OciSettings { Identity = OciIdentity.InstancePrincipal }));

        Assert.StartsWith(
            "the identity instance-principal can't be used: the metadata service at http://169.254.169.254 does not answer as that of a " +
                "compute instance (",
            e.Message,
            StringComparison.Ordinal);
        Assert.EndsWith("); only compute instances of OCI have one", e.Message, StringComparison.Ordinal);
    }
}
