using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Inference;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Hostile;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Functions.ModelLoader;

/// <summary>Events of objects in a bucket, and their effects on artifacts.</summary>
public abstract class ModelLoaderTests : IAsyncLifetime
{
    private const string ManifestKey = "models/m/3/manifest.json";
    private const string VerdictKey = "verdicts/m/3.json";
    private static readonly byte[] Good = SomeOnnx.Linear(3, 1);

    private readonly FunctionCaller caller;
    private TestedBucket tested = null!;
    private RunningFunctions? running;

    private protected ModelLoaderTests(Func<FunctionCaller> make) => caller = make();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Location => $"oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}";

    public async ValueTask InitializeAsync() => tested = await TestedBucket.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
            await running.DisposeAsync();
        else
            await caller.DisposeAsync();
        await tested.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("createobject")]
    [InlineData("updateobject")]
    public async Task A_new_manifest_is_checked_and_its_verdict_written(string happened)
    {
        await StartAsync();
        Store(Good);
        var (status, report) = await CallAsync(Event(ManifestKey, happened));
        Assert.Equal(
            (200, "accepted", "m", 3, true),
            (status, (string?)report["outcome"], (string?)report["model"], (int?)report["version"], (bool?)report["isNew"]));
        Assert.Equal("there is no cache", (string?)report["notTold"]);
        // Not "..., but was not run".
        Assert.Equal("the artifact has no faults", (string?)report["detail"]);
        var verdict = Verdict.Parse(tested.Get(VerdictKey));
        Assert.Equal((VerdictOutcome.Accepted, "ModelLoader"), (verdict.Outcome, verdict.CheckedBy));
    }

    [Fact]
    public async Task Damaged_oversized_and_unsafe_artifacts_are_refused_with_the_reason_in_the_verdict()
    {
        await StartAsync();
        foreach (var (onnx, change, code) in ((byte[], Func<Manifest, Manifest>?, string)[])[
            (Good, static m => m with { Digest = "sha256:" + new string('0', 64) }, FindingCode.ArtifactDigest),
            (Good, static m => m with { Size = ModelRegistry.MaxModelBytes }, FindingCode.ArtifactSize),
            (SomeUnsafeOnnx.Changed(static m => m.Graph.Initializer[0] = SomeUnsafeOnnx.External()), null, FindingCode.ExternalData)])
        {
            Store(onnx, change);
            var (status, report) = await CallAsync(Event(ManifestKey));
            Assert.Equal((200, "refused"), (status, (string?)report["outcome"]));
            Assert.Equal([code], report["findings"]!.AsArray().Select(static each => (string?)each));
            Assert.Contains($"({code})", (string?)report["detail"], StringComparison.Ordinal);
            Assert.Equal([code], Verdict.Parse(tested.Get(VerdictKey)).Findings.Select(static finding => finding.Code));
        }
    }

    [Theory]
    [InlineData("an IR version that is too new", FindingCode.Runtime, "max supported IR version")]
    [InlineData("a dangling input", FindingCode.Runtime, "'xx' is not a graph input")]
    [InlineData("a small file that is 4 GiB when its constants are computed", FindingCode.FirstRunMemory, "MiB of memory")]
    [InlineData("an INT64 by another", FindingCode.IntegerDivision, "the lowest number by -1")]
    public async Task An_artifact_that_would_harm_a_pod_is_refused_with_the_reason_in_the_verdict(string name, string code, string reason)
    {
        await StartAsync();
        var artifact = HostileArtifact.All.Single(artifact => artifact.Name == name);
        Store(artifact.Model, artifact.Manifest);
        var (status, report) = await CallAsync(Event(ManifestKey));
        Assert.Equal((200, "refused"), (status, (string?)report["outcome"]));
        var verdict = Verdict.Parse(tested.Get(VerdictKey));
        Assert.Equal((code, null), (Assert.Single(verdict.Findings).Code, verdict.Untried));
        Assert.Contains(reason, verdict.Findings[0].Message, StringComparison.Ordinal);
        // Publishing and starting check a version by the rules alone, and know less.
        var @checked = await new ArtifactCheck(tested.Open(), TimeProvider.System, "ms up")
            .CheckAsync(RunningInference.Model, RunningInference.Version, Token);
        Assert.Equal(VerdictOutcome.Refused, @checked.Verdict.Outcome);
    }

    [Fact]
    public async Task An_event_that_arrives_twice_has_the_same_answer_and_one_verdict()
    {
        await StartAsync();
        Store(Good);
        var first = await CallAsync(Event(ManifestKey));
        var written = tested.Get(VerdictKey);
        var second = await CallAsync(Event(ManifestKey));
        Assert.Equal((true, false), ((bool?)first.Report["isNew"], (bool?)second.Report["isNew"]));
        Assert.Equal((string?)first.Report["outcome"], (string?)second.Report["outcome"]);
        Assert.Equal(written, tested.Get(VerdictKey));
        Assert.Single(
            tested.Emulator.Requests,
            static request => request.Operation == StorageOperation.PutObject && request.Target.Key == VerdictKey);
    }

    [Fact]
    public async Task The_call_at_the_end_of_an_apply_has_the_same_effect()
    {
        await StartAsync();
        Store(Good);
        // The text that infra/ makes; ServingStackTests has it too.
        var (status, report) = await CallAsync(Encoding.UTF8.GetBytes(
            "{\"eventType\":\"com.oraclecloud.objectstorage.createobject\",\"eventID\":\"apply-m-3\",\"data\":{"
            + $"\"resourceName\":\"{ManifestKey}\",\"additionalDetails\":{{\"bucketName\":\"{TestedBucket.Name}\","
            + $"\"namespace\":\"{ObjectStorageEmulator.Namespace}\"}}}}}}"));
        Assert.Equal((200, "accepted", true), (status, (string?)report["outcome"], (bool?)report["isNew"]));
        Assert.Contains(VerdictKey, tested.Keys);
    }

    [Theory]
    [InlineData("not-an-arrival", ManifestKey, "deleteobject")]
    [InlineData("another-bucket", ManifestKey, "createobject", "modelserving-prod-artifacts")]
    [InlineData("not-a-manifest", "models/m/3/model.onnx")]
    [InlineData("not-a-manifest", VerdictKey)]
    [InlineData("not-a-manifest", "models/m/03/manifest.json")]
    [InlineData("not-a-manifest", "models/M/3/manifest.json")]
    [InlineData("not-a-manifest", "models/../m/3/manifest.json")]
    [InlineData("not-a-manifest", "/models/m/3/manifest.json")]
    [InlineData("not-a-manifest", "models/m/3/manifest.json/")]
    [InlineData("not-a-manifest", "models/m/3/manifest.json\n")]
    [InlineData("not-a-manifest", "models\\m\\3\\manifest.json")]
    [InlineData("not-a-manifest", "")]
    [InlineData("gone", "models/m/4/manifest.json")]
    public async Task An_event_that_is_not_about_a_new_manifest_in_the_registry_is_ignored(
        string outcome,
        string key,
        string happened = "createobject",
        string bucket = TestedBucket.Name)
    {
        await StartAsync();
        Store(Good);
        var (status, report) = await CallAsync(Event(key, happened, bucket));
        Assert.Equal((200, outcome), (status, (string?)report["outcome"]));
        Assert.DoesNotContain(VerdictKey, tested.Keys);
        Assert.DoesNotContain((string)report["object"]!, char.IsControl);
    }

    [Fact]
    public async Task A_payload_that_is_not_an_event_is_refused_with_the_reason()
    {
        await StartAsync();
        foreach (var (payload, why) in ((string, string)[])[
            ("", "it is not " +
                "JSON"), ("{", "it is not JSON"), ("[]", "it has no 'eventType'"), ("{\"eventType\":7}", "it has no 'eventType'"),
            ("{\"eventType\":\"com.oraclecloud.objectstorage.createobject\"}", "it has no 'data.resourceName'"),
            ("{\"eventType\":\"com.oraclecloud.objectstorage.createobject\",\"data\":[]}", "it has no 'data.resourceName'"),
            ("{\"eventType\":\"x\",\"data\":{\"resourceName\":{}}}", "it has no 'data.resourceName'"),
            ("{\"eventType\":\"x\",\"eventTyp\\u0065\":\"y\",\"data\":{\"resourceName\":\"a\"}}", "eventType")])
        {
            var answer = await running!.Caller.CallAsync(Encoding.UTF8.GetBytes(payload));
            Assert.Equal(400, answer.Status);
            Assert.Contains(why, answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_the_registry_unavailable_the_answer_makes_the_event_come_again()
    {
        await StartAsync();
        Store(Good);
        tested.Emulator.Faults.Add(StorageOperation.GetObject, Fault.Status(404, "BucketNotFound"), times: 1000);
        var (status, report) = await CallAsync(Event(ManifestKey));
        Assert.Equal((503, "registry-unread"), (status, (string?)report["outcome"]));
        Assert.DoesNotContain(VerdictKey, tested.Keys);
        tested.Emulator.Faults.Clear();
        Assert.Equal("accepted", (string?)(await CallAsync(Event(ManifestKey))).Report["outcome"]);
    }

    [Fact]
    public async Task Pods_are_notified_and_a_waiting_one_loads_its_artifact_without_a_restart()
    {
        await using var cache = await TestedGarnet.StartAsync();
        await StartAsync(cache.Settings);
        var (heard, listening) = (new ConcurrentQueue<(string, int)>(), new TaskCompletionSource());
        await using var subscription = new ArtifactChannel(cache.Open(), "dev").Subscribe(
            (model, version) => heard.Enqueue((model.Text, version.Number)),
            () => listening.TrySetResult());
        await listening.Task.WaitAsync(RawConnection.Patience, Token);
        await using var pod = await RunningInference.StartOnAsync(new InferenceSettings
        {
            Model = RunningInference.Model,
            Version = RunningInference.Version,
            Registry = Location,
            Oci = tested.Settings,
            Cache = cache.Settings,
            Environment = "dev",
        });
        await pod.UntilNotReadyAsync("no manifest");

        Store(SomeUnsafeOnnx.Changed(static m => m.Graph.Node[0].Domain = "custom"));
        var (_, report) = await CallAsync(Event(ManifestKey));
        Assert.Equal(("refused", null), ((string?)report["outcome"], (string?)report["notTold"]));
        await pod.UntilNotReadyAsync("the domain 'custom' is not allowed");

        Store(Good);
        (_, report) = await CallAsync(Event(ManifestKey));
        Assert.Equal("accepted", (string?)report["outcome"]);
        await pod.UntilReadyAsync();
        // A subscription that was begun twice, because the cache was slow, hears each message twice.
        Assert.InRange(heard.Count, 2, int.MaxValue);
        Assert.All(heard, static version => Assert.Equal(("m", 3), version));
    }

    [Fact]
    public async Task With_the_cache_unavailable_the_verdict_is_written()
    {
        await StartAsync(new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] });
        Store(Good);
        var (status, report) = await CallAsync(Event(ManifestKey));
        Assert.Equal((200, "accepted"), (status, (string?)report["outcome"]));
        Assert.NotNull(report["notTold"]);
        Assert.Contains(VerdictKey, tested.Keys);
    }

    private static byte[] Event(string key, string happened = "createobject", string bucket = TestedBucket.Name) =>
        Encoding.UTF8.GetBytes(new JsonObject
        {
            ["eventType"] = $"com.oraclecloud.objectstorage.{happened}",
            ["cloudEventsVersion"] = "0.1",
            ["eventTypeVersion"] = "2.0",
            ["source"] = "ObjectStorage",
            ["eventTime"] = "2026-01-21T16:26:30.849Z",
            ["contentType"] = "application/json",
            ["eventID"] = "b4d2f1b6-0000-4000-8000-000000000001",
            ["extensions"] = new JsonObject { ["compartmentId"] = "ocid1.compartment.oc1..example" },
            ["data"] = new JsonObject
            {
                ["compartmentName"] = "example",
                ["resourceName"] = key,
                ["resourceId"] = $"/n/{ObjectStorageEmulator.Namespace}/b/{bucket}/o/{key}",
                ["additionalDetails"] = new JsonObject
                {
                    ["bucketName"] = bucket,
                    ["namespace"] = ObjectStorageEmulator.Namespace,
                    ["eTag"] = "e",
                    ["archivalState"] = "Available",
                },
            },
        }.ToJsonString());

    private void Store(byte[] onnx, Func<Manifest, Manifest>? change = null)
    {
        foreach (var (key, content) in SomeArtifact.Objects(RunningInference.Model, RunningInference.Version, onnx, change))
            tested.Set(key, content);
    }

    private async Task StartAsync(CacheSettings? cache = null) =>
        running = await RunningFunctions.StartAsync(caller, new FunctionsHostSettings
        {
            Function = FunctionName.ModelLoader,
            Environment = "dev",
            Journal = "sqlite:unused.db",
            Registry = Location,
            Oci = tested.Settings,
            Cache = cache,
        });

    private async Task<(int Status, JsonNode Report)> CallAsync(byte[] payload)
    {
        var answer = await running!.Caller.CallAsync(payload);
        return (answer.Status, JsonNode.Parse(answer.Text)!);
    }
}
