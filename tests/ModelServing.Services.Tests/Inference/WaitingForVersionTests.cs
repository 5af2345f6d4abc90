using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Inference;

/// <summary>An inference service whose registry is a bucket.</summary>
public sealed class WaitingForVersionTests : IAsyncLifetime
{
    private static readonly string Location = $"oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}";

    private TestedBucket tested = null!;

    public async ValueTask InitializeAsync() => tested = await TestedBucket.StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task A_published_version_is_served_from_the_bucket()
    {
        await PublishAsync();
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilReadyAsync();
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task A_version_that_is_not_there_yet_is_waited_for_and_readiness_says_so()
    {
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync($"waiting for m version 3 in {Location}: no manifest");
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/live"));
        using var refused = await service.Client.PostAsync("/v2/models/m/infer", new StringContent("{}"));
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Contains("no manifest", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // The model alone is no version.
        tested.Set("models/m/3/model.onnx", SomeOnnx.Add(Datatype.Fp32, -1));
        var asked = tested.Emulator.Requests.Count;
        await RunningInference.UntilAsync(() => Task.FromResult(tested.Emulator.Requests.Count > asked), "it never asked again");
        await service.UntilNotReadyAsync("no manifest");
        await PublishAsync();
        await service.UntilReadyAsync();
        Assert.Equal(0, service.ExitCode);
    }

    [Theory]
    [InlineData("429", "429 TooManyRequests")]
    [InlineData("404", "404 BucketNotFound")]
    [InlineData("cut", "no answer came")]
    public async Task A_store_that_can_not_be_read_now_is_waited_for_and_readiness_says_why(string kind, string why)
    {
        await PublishAsync();
        foreach (var operation in (StorageOperation[])[StorageOperation.GetObject, StorageOperation.ListObjects])
            tested.Emulator.Faults.Add(operation, kind switch { "429" => Fault.Throttle, "404" => Fault.Status(404, "BucketNotFound"), _ => Fault.Cut }, times: 100_000);
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync($"waiting for m version 3 in {Location}: models/m/3/manifest.json: can't be read from {Location}: {why}");
        tested.Emulator.Faults.Clear();
        await service.UntilReadyAsync();
        Assert.Equal(0, service.ExitCode);
    }

    [Fact]
    public async Task A_folder_that_lacks_the_version_ends_the_process()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningInference.StartOnAsync(Settings() with { Registry = "file:" + folder.FullPath, Oci = null });
        await service.UntilStoppingAsync();
        Assert.Equal(1, service.ExitCode);
    }

    [Fact]
    public async Task A_bucket_without_an_identity_is_a_wrong_setting()
    {
        var e = await Assert.ThrowsAsync<ContractException>(() => RunningInference.StartOnAsync(Settings() with { Oci = null }));
        Assert.Contains(OciSettings.IdentityVariable, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stops_while_it_waits()
    {
        await using var service = await RunningInference.StartOnAsync(Settings());
        await service.UntilNotReadyAsync("no manifest");
        await service.StopAsync().WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
    }

    private InferenceSettings Settings() => new() { Model = RunningInference.Model, Version = RunningInference.Version, Registry = Location, Oci = tested.Settings };

    private Task<Manifest> PublishAsync() => new ModelRegistry(tested.Open(), TimeProvider.System).PublishAsync(
        RunningInference.Model, RunningInference.Version, SomeOnnx.Add(Datatype.Fp32, -1), TrainingInfo.None, TestContext.Current.CancellationToken);
}
