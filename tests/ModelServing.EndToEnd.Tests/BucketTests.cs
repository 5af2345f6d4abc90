using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms publish</c> and an inference host as processes, with the registry in a bucket.</summary>
public sealed class BucketTests : IAsyncLifetime
{
    private const string Name = "modelserving-dev-artifacts";
    private static readonly string Location = $"oci:{ObjectStorageEmulator.Namespace}/{Name}";

    private readonly StackFolder folder = new();
    private ObjectStorageEmulator emulator = null!;
    private EmulatedBucket bucket = null!;

    private Dictionary<string, string> Variables => new()
    {
        ["OCI_CLI_CONFIG_FILE"] = emulator.Identity.ConfigFile,
        [OciSettings.ObjectStorageEndpointVariable] = emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    public async ValueTask InitializeAsync()
    {
        emulator = await ObjectStorageEmulator.StartAsync();
        bucket = emulator.CreateBucket(Name);
        // The repository's own stack file, which is for an environment in the cloud.
        File.Copy(Repository.Combine("Pulumi.dev.yaml"), folder.StackFile, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await emulator.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_named_stack_is_published_to_its_bucket_and_listed_from_there()
    {
        var (exitCode, output) = await PublishAsync(1, "--stack", "dev");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"fraud version 1 is published in {Location}", output, StringComparison.Ordinal);
        Assert.Equal(["models/fraud/1/manifest.json", "models/fraud/1/model.onnx"], bucket.Keys);
        Assert.Equal(
            await File.ReadAllBytesAsync(SampleArtifacts.ModelPath(1), TestContext.Current.CancellationToken),
            bucket.Find("models/fraud/1/model.onnx"));
        Assert.False(Directory.Exists(Path.Combine(folder.FullPath, ".modelserving")));

        (exitCode, output) = await RunAsync("models", "--stack", "dev");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"Published in {Location}:", output, StringComparison.Ordinal);
        Assert.Contains("stable", output, StringComparison.Ordinal);

        // Without a stack, the registry is on this machine and does not have the version.
        (exitCode, output) = await RunAsync("models");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"Nothing is published in file:{folder.FullPath}", output, StringComparison.Ordinal);
        (exitCode, output) = await PublishAsync(1);
        Assert.True(exitCode == 0, output);
        Assert.Contains($"fraud version 1 is published in file:{folder.FullPath}", output, StringComparison.Ordinal);
        Assert.Equal(2, bucket.Keys.Count);
    }

    [Fact]
    public async Task A_published_version_is_not_published_again()
    {
        Assert.Equal(0, (await PublishAsync(1, "--stack", "dev")).ExitCode);
        var (exitCode, output) = await PublishAsync(2, "--stack", "dev", "--version", "1");
        Assert.True(exitCode == 2, output);
        Assert.Contains("models/fraud/1/manifest.json: fraud already has a version 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_a_missing_bucket_the_message_says_which_and_what_to_check()
    {
        File.Copy(Repository.Combine("Pulumi.prod.yaml"), Path.Combine(folder.FullPath, "Pulumi.prod.yaml"));
        var (exitCode, output) = await PublishAsync(1, "--stack", "prod");
        Assert.True(exitCode == 1, output);
        Assert.Contains(
            "404 BucketNotFound: Either the bucket named 'modelserving-prod-artifacts' does not exist",
            output,
            StringComparison.Ordinal);
        Assert.Contains("check the bucket's name, the region", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_upload_removes_its_parts()
    {
        var model = Path.Combine(folder.FullPath, "large.onnx");
        // 20 MB: two parts.
        await File.WriteAllBytesAsync(model, SomeOnnx.Linear(2500, 2000), TestContext.Current.CancellationToken);
        emulator.Faults.Add(StorageOperation.UploadPart, Fault.Hold(emulator.Faults.Forever), times: 1000, after: 1);
        await using var ms = MsProcess.Start(folder, Variables, "publish", "large", model, "--stack", "dev");
        await Until.TrueAsync(
            () => emulator.Requests.Any(request => request is { Operation: StorageOperation.UploadPart, Status: 200 }),
            () => $"no part was sent:\n{ms.Output}");
        Assert.Equal(1, bucket.UnfinishedUploads);
        ms.Signal("INT");
        Assert.Equal(130, await ms.ExitAsync());
        Assert.Equal(0, bucket.UnfinishedUploads);
        Assert.Empty(bucket.Keys);

        emulator.Faults.Clear();
        var (exitCode, output) = await RunAsync("publish", "large", model, "--stack", "dev");
        Assert.True(exitCode == 0, output);
        Assert.Contains("large version 1", output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken), bucket.Find("models/large/1/model.onnx"));
    }

    [Fact]
    public async Task A_host_waits_for_its_version_and_then_serves_it()
    {
        await using var host = HostProcess.StartInference(new InferenceSettings
        {
            Model = ModelName.Parse(SampleArtifacts.ModelName),
            Version = new ModelVersion(1),
            Registry = Location,
            Oci = new OciSettings
            {
                Identity = OciIdentity.ConfigFile,
                ConfigFile = emulator.Identity.ConfigFile,
                ObjectStorageEndpoint = Variables[OciSettings.ObjectStorageEndpointVariable],
            },
        });
        var api = await host.AddressAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await host.WaitForResponseAsync(
            http,
            new Uri(api, InferencePaths.HealthReady),
            $"waiting for fraud version 1 in {Location}: no manifest");
        Assert.Equal("ok\n", await http.GetStringAsync(new Uri(api, InferencePaths.HealthLive), TestContext.Current.CancellationToken));

        var (exitCode, output) = await PublishAsync(1, "--stack", "dev");
        Assert.True(exitCode == 0, output);
        await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
        using var sample = new InProcess(1);
        for (var row = 0; row < 20; row++)
        {
            var answer = await Load.SendAsync(http, new Uri(api, "/v2/models/fraud/infer"), row);
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(sample.Run(Load.Rows[row]).Probabilities, answer.Output<float>(SampleArtifacts.ProbabilitiesName));
        }
    }

    private Task<(int ExitCode, string Output)> PublishAsync(int version, params string[] options) => RunAsync(
        [
            "publish",
            SampleArtifacts.ModelName,
            SampleArtifacts.ModelPath(version),
            "--training",
            folder.WritePlainTraining(version),
            .. options,
        ]);

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var ms = MsProcess.Start(folder, Variables, arguments);
        return (await ms.ExitAsync(), ms.Output);
    }
}
