using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Kubernetes;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The tests that <see cref="RenderedHostTests"/> runs in namespaces. The addresses represent a cluster: a pod, which the kubelet
/// probes, the DNS server and the Kubernetes API.</summary>
[Collection(nameof(OneAtATime))]
public class InNamespaces
{
    private static readonly IPAddress PodAddress = IPAddress.Parse("10.244.0.7");
    private static readonly IPAddress DnsAddress = IPAddress.Parse("10.96.5.5");
    private static readonly IPEndPoint ApiAddress = IPEndPoint.Parse("10.96.0.1:443");

    private const string CallersKey = "msk_some-callers";

    private const string IdentityPath = "/var/run/oci";

    // The kubelet mounts a pod's token here.
    private const string ServiceAccountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    [Fact(Explicit = true)]
    public async Task Router()
    {
        await EnterAsync();
        var key = ApiKey.Make();
        var run = await SomeStack.RunAsync(SomeStack.File(
            compartment: NosqlEmulator.Compartment,
            more: $$"""modelserving:clients: { ops: { keyHashes: ['{{ApiKey.HashOf(key)}}'], role: operator }, shop: { keyHashes: ['{{ApiKey.HashOf(CallersKey)}}'] } }"""));
        var pod = RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.Router);
        await using var nosql = await NosqlEmulator.StartAsync();
        var table = nosql.CreateTable((string)run.Single("oci:Nosql/table:Table", "journal").Inputs["name"], JournalComponent.Columns);
        await using var dns = new NameServer(new IPEndPoint(DnsAddress, 53));
        dns.Has("fraud-v1.modelserving.svc.cluster.local", "10.244.1.1", "10.244.1.2", "fd00::1");
        using var folder = new TemporaryFolder();
        using var authority = new ClusterAuthority();
        using var certificate = authority.CertificateOf(ApiAddress.Address);
        await using var api = await KubernetesApi.StartAsync(ClusterNames.Namespace, ApiAddress, certificate);
        SetPlan(api, run);
        var overrides = new Dictionary<string, string>
        {
            ["KUBERNETES_SERVICE_HOST"] = ApiAddress.Address.ToString(),
            ["KUBERNETES_SERVICE_PORT"] = ApiAddress.Port.ToString(CultureInfo.InvariantCulture),
            [OciSettings.NosqlEndpointVariable] = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        await using var issuer = new TokenIssuer("a");
        var clients = run.Clients();
        var mounts = new Dictionary<string, string>
        {
            [IdentityPath] = IdentityFolder(folder.Combine("identity"), nosql.Identity),
            [ServiceAccountPath] = ReadableFolder(
                folder.Combine("account"),
                ("token", api.Token),
                ("ca.crt", authority.Pem),
                ("namespace", ClusterNames.Namespace)),
            // As rendered, except the address of the keys, which cannot be reached from here.
            [SecretPath(pod, ClusterNames.Clients)] = ReadableFolder(
                folder.Combine("clients"),
                (ClusterNames.ClientsKey, Encoding.UTF8.GetString((clients with
                {
                    Tokens = clients.Tokens! with { KeysUri = issuer.KeysUri },
                }).ToUtf8()))),
        };

        Assert.True(pod.HasToken);
        await using var router = HostContainer.Start(pod, overrides, mounts, Resolver());
        foreach (var probe in (Probe[])[pod.Startup, pod.Liveness, pod.Readiness])
            await router.SucceedsAsync(PodAddress, probe);

        // It accepts the clients that the mounted secret names.
        await router.AnswersAsync(
            PodAddress,
            new Probe(pod.Port, "/v2/models/fraud"),
            static (status, text) => status == 401 && text.Contains("Authorization: Bearer", StringComparison.Ordinal));
        Assert.Equal(1, issuer.Fetches);

        // The cluster search list led to the name, and a missing name is not a failure.
        await router.SaysAsync("fraud-v1.modelserving.svc\\\" now has 3 addresses");
        Assert.Contains("fraud-v2.modelserving.svc.cluster.local", dns.Asked);
        Assert.DoesNotContain("can't be looked up", router.Output, StringComparison.Ordinal);
        dns.Has("fraud-v2.modelserving.svc.cluster.local", "10.244.1.3");
        await router.SaysAsync("fraud-v2.modelserving.svc\\\" now has 1 addresses");
        dns.Fails("fraud-v2.modelserving.svc.cluster.local");
        await router.SaysAsync("fraud-v2.modelserving.svc\\\" can't be looked up");

        // The journal is the table. The cache's name does not resolve here, and nothing waited for it.
        await router.SaysAsync($"nosql:{NosqlEmulator.Compartment}/{table.Name}\\\" is read");
        await router.SaysAsync("primary.example.com:6379 with TLS\\\" is unavailable");
        await Wait.UntilAsync(
            () => Task.FromResult(table.Count == 1),
            () => $"the journal never got the event of the plan:\n{router.Output}");
        Assert.All(nosql.Requests, static request => Assert.NotNull(request.Details));
        await router.WritesAsync(MountPaths.JournalSnapshot);

        // The admin API answers only on its own port, and only to an operator's key.
        var (status, content) = await HostContainer.GetAsync(PodAddress, pod.AdminPort!.Value, AdminPaths.Rollouts, key);
        Assert.Equal(200, status);
        var rollouts = RolloutsStatus.Parse(content);
        Assert.Equal((JournalReach.Read, false), (rollouts.Journal, rollouts.CacheReached));
        Assert.Equal([9_500, 500], Assert.Single(rollouts.Models).Variants.Select(static variant => variant.ServedWeight));
        Assert.Equal(403, (await HostContainer.GetAsync(PodAddress, pod.AdminPort.Value, AdminPaths.Rollouts, CallersKey)).Status);
        Assert.Equal(404, (await HostContainer.GetAsync(PodAddress, pod.Port, AdminPaths.Rollouts, key)).Status);

        SetPlan(api, await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("percent: 5", "percent: 50", StringComparison.Ordinal)));
        await router.SaysAsync("fraud: stable v1 50%, canary v2 50%");
        await Wait.UntilAsync(
            () => Task.FromResult(table.Count == 2),
            () => $"the journal never got the event of the moved weight:\n{router.Output}");
        Assert.Equal(0, await router.StopAsync());
        Report.Write(
            pod,
            $"{OciSettings.NosqlEndpointVariable} (an emulator), {OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} " +
                $"(config-file, "
            + "with a test key); the kubelet's KUBERNETES_SERVICE_HOST and _PORT name a test API server, with a token and an authority at "
            + $"{ServiceAccountPath}; the clients' keysUri names a test issuer; there is no cache");
    }

    [Fact(Explicit = true)]
    public async Task Inference()
    {
        await EnterAsync();
        var run = await SomeStack.RunAsync(SomeStack.File(), new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string> { [IdentityPath] = IdentityFolder(folder.Combine("identity"), storage.Identity) };

        var pods = RenderedHost.From(run).Where(static pod => pod.Host == ClusterNames.Inference).ToList();
        Assert.NotEmpty(pods);
        foreach (var pod in pods)
        {
            await using var inference = HostContainer.Start(pod, overrides, mounts, Resolver());
            foreach (var probe in (Probe[])[pod.Startup, pod.Liveness])
                await inference.SucceedsAsync(PodAddress, probe);
            var settings = new InferenceSettings(new HostEnvironment(pod.Environment.GetValueOrDefault));
            // The artifact is not in the bucket yet: the pod is alive and reports what it waits for. One pod shows it, because it looks
            // only now and then.
            if (pod == pods[0])
            {
                await inference.AnswersAsync(
                    PodAddress,
                    pod.Readiness,
                    static (status, text) => status == 503 && text.Contains("no manifest", StringComparison.Ordinal));
            }

            await PublishAsync(folder.Combine("registry"), settings, bucket);
            await inference.SucceedsAsync(PodAddress, pod.Readiness);
            var answer = await HostContainer.PostAsync(
                PodAddress,
                pod.Port,
                InferencePaths.Infer(settings.Model, settings.Version),
                """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.5,-2]}]}""");
            Assert.Contains("[1.5,-2]", answer, StringComparison.Ordinal);
            Assert.Equal(0, await inference.StopAsync());
            Report.Write(
                pod,
                $"{OciSettings.ObjectStorageEndpointVariable} (an emulator), {OciSettings.IdentityVariable} and " +
                    $"{OciSettings.ConfigFileVariable} "
                + "(config-file, with a test key)");
        }

        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
    }

    [Fact(Explicit = true)]
    public async Task Export()
    {
        await EnterAsync();
        const int Shards = 3;
        var run = await SomeStack.RunAsync(
            SomeStack.File(
                compartment: NosqlEmulator.Compartment,
                more: $"modelserving:predictionStore: {{ export: {{ shards: {Shards} }} }}"),
            new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        var pod = RenderedPod.OfCronJob(run, ClusterNames.Export);
        Assert.True(pod.HasToken);
        await using var nosql = await NosqlEmulator.StartAsync();
        await using var storage = await ObjectStorageEmulator.StartAsync();
        Assert.Equal(nosql.Identity.KeyId, storage.Identity.KeyId);
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        var table = nosql.CreateTable(
            (string)run.Single("oci:Nosql/table:Table", "predictions").Inputs["name"], PredictionTables.Columns);
        table.CreateIndex([.. PredictionTables.IndexColumns]);
        nosql.CreateTable(PredictionTables.OutcomesOf(table.Name), PredictionTables.OutcomeColumns);
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.NosqlEndpointVariable] = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string> { [IdentityPath] = IdentityFolder(folder.Combine("identity"), nosql.Identity) };

        // A prediction each hour of yesterday. If midnight passes during the test, that is today.
        var midnight = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        for (var hour = -24; hour < 24; hour++)
            Put(table, hour + 24, midnight.AddHours(hour));
        for (var index = 0; index < Shards; index++)
        {
            overrides[ExportJobSettings.IndexVariable] = index.ToString(CultureInfo.InvariantCulture);
            await using var export = HostContainer.Start(pod, overrides, mounts, Resolver());
            Assert.True(await export.ExitAsync() == 0, export.Output);
            Assert.Contains(
                $"part-0000{index + 1}-of-0000{Shards}.parquet: {24 / Shards} predictions, ", export.Output, StringComparison.Ordinal);
        }

        Assert.Equal(Shards, bucket.Keys.Count);
        Assert.All(bucket.Keys, key =>
        {
            Assert.StartsWith($"{ArtifactKeys.DataLakePrefix}predictions/", key, StringComparison.Ordinal);
            Assert.Equal("PAR1"u8, bucket.Find(key).AsSpan(0, 4));
        });

        // A pod that is tried again finds the part. One whose arguments are wrong must not be tried again.
        await using (var again = HostContainer.Start(pod, overrides, mounts, Resolver()))
        {
            Assert.True(await again.ExitAsync() == 0, again.Output);
            Assert.Contains("exists already", again.Output, StringComparison.Ordinal);
        }

        overrides[ExportJobSettings.IndexVariable] = Shards.ToString(CultureInfo.InvariantCulture);
        await using (var wrong = HostContainer.Start(pod, overrides, mounts, Resolver()))
            Assert.True(await wrong.ExitAsync() == ExportJobSettings.WrongInput, wrong.Output);
        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
        Report.WriteDone(
            pod,
            $"{OciSettings.NosqlEndpointVariable} and {OciSettings.ObjectStorageEndpointVariable} (emulators), "
            + $"{OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} (config-file, with a test key); "
            + $"{ExportJobSettings.IndexVariable} is Kubernetes'");
    }

    [Fact(Explicit = true)]
    public async Task User()
    {
        await EnterAsync();
        using var folder = new TemporaryFolder();
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));
        var volume = Directory.CreateDirectory(folder.Combine("volume")).FullName;
        RenderedPod[] pods =
        [
            .. RenderedHost.From(run),
            RenderedPod.OfCronJob(run, ClusterNames.Export),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureRebuild),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureExport),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureCompact),
        ];
        foreach (var pod in pods)
        {
            var mounts = pod.Secrets.Keys.Append(ServiceAccountPath).ToDictionary(static path => path, _ => folder.FullPath);
            foreach (var claim in pod.Claims)
                mounts.Add(claim, volume);
            var output = await HostContainer.RunAsync(pod, mounts, """
                echo "user $(id -u) group $(id -g) groups $(id -G)"
                grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs):' /proc/self/status | tr -s '\t\n' '  '; echo
                env | sort | tr '\n' ' '; echo
                touch /tmp/written && ls -A /tmp
                cut -d ' ' -f 5,6 /proc/self/mountinfo
                """);
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(
                $"user {pod.User} group {pod.Group} groups {string.Join(' ', new[] { pod.Group, pod.FsGroup }.Distinct())}",
                lines[0]);
            Assert.Equal("CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1", lines[1].Trim());
            // The shell sets this itself.
            Assert.Equal("PWD=/app", lines[2].Trim());
            Assert.Equal("written", lines[3]);
            // Apart from the kernel's file systems, only the empty folders are writable.
            var mounted = lines[4..].Select(static line => line.Split(' '))
                .Where(static mount => mount[0].Split('/')[1] is not ("dev" or "proc" or "sys"))
                .ToList();
            Assert.Contains("/", mounted.Select(static mount => mount[0]));
            Assert.Equal(
                pod.Volumes.Select(static volume => volume.Path).Concat(pod.Claims),
                mounted.Where(static mount => !mount[1].StartsWith("ro,", StringComparison.Ordinal)).Select(static mount => mount[0]));
        }
    }

    [Fact(Explicit = true)]
    public async Task FeatureServer()
    {
        await EnterAsync();
        var key = ApiKey.Make();
        var run = await SomeStack.RunAsync(
            SomeStack.File(more: $$"""
                modelserving:features: { views: { card-activity: { versions: [1] } } }
                  modelserving:clients: { feed: { keyHashes: ['{{ApiKey.HashOf(key)}}'], role: reporter }, shop: { keyHashes: ['{{ApiKey.HashOf(CallersKey)}}'] } }
                """),
            new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        var pod = RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.FeatureServer);
        Assert.True(pod.HasToken);
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        await using var issuer = new TokenIssuer("a");
        var clients = run.Clients();
        using var folder = new TemporaryFolder();
        var volume = Directory.CreateDirectory(folder.Combine("volume")).FullName;
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string>
        {
            [IdentityPath] = IdentityFolder(folder.Combine("identity"), storage.Identity),
            // As rendered, except the address of the keys, which cannot be reached from here.
            [SecretPath(pod, ClusterNames.Clients)] = ReadableFolder(
                folder.Combine("clients"),
                (ClusterNames.ClientsKey, Encoding.UTF8.GetString((clients with
                {
                    Tokens = clients.Tokens! with { KeysUri = issuer.KeysUri },
                }).ToUtf8()))),
            [Assert.Single(pod.Claims)] = volume,
        };

        for (var start = 1; start <= 2; start++)
        {
            await using var server = HostContainer.Start(pod, overrides, mounts, Resolver());
            foreach (var probe in (Probe[])[pod.Startup, pod.Liveness, pod.Readiness])
                await server.SucceedsAsync(PodAddress, probe);
            // The view is not published and the cache's name does not resolve here. Events are taken all the same.
            var answer = await HostContainer.PostAsync(
                PodAddress,
                pod.Port,
                FeaturePaths.Events,
                """{"events": [{"source": "payments", "id": "1", "time": "2026-01-01T00:00:00Z", "fields": {"card_id": 1}}]}""",
                key);
            Assert.Equal(start, AcceptedEvents.Parse(Encoding.UTF8.GetBytes(answer)).LastSequence);
            Assert.Equal(403, (await HostContainer.GetAsync(PodAddress, pod.Port, FeaturePaths.Views, key)).Status);
            var (status, content) = await HostContainer.GetAsync(PodAddress, pod.Port, FeaturePaths.Views, CallersKey);
            Assert.Equal(200, status);
            Assert.Equal((start, false), (ServedViews.Parse(content).LastSequence, ServedViews.Parse(content).Views[0].Filled));
            Assert.Equal(0, await server.StopAsync());
            // It ships the rest of its log before it ends.
            Assert.Equal(start, bucket.Keys.Count(static key => key.EndsWith(".log", StringComparison.Ordinal)));
        }

        Assert.Equal(
            ["events/0000/00000001.log", "events/0000/00000002.log", "events/0000/epoch"],
            bucket.Keys.Order(StringComparer.Ordinal));
        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
        Report.Write(
            pod,
            $"{OciSettings.ObjectStorageEndpointVariable} (an emulator), {OciSettings.IdentityVariable} and "
            + $"{OciSettings.ConfigFileVariable} (config-file, with a test key); the clients' keysUri names a test issuer; there is " +
                $"no cache");
    }

    // There is no cache with TLS here, so a rebuild can't be done. Everything before the cache is as rendered.
    [Fact(Explicit = true)]
    public async Task Rebuild()
    {
        await EnterAsync();
        var run = await SomeStack.RunAsync(
            SomeStack.File(more: "modelserving:features: { views: { card-activity: { versions: [1] } } }"),
            new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        var pod = RenderedPod.OfCronJob(run, ClusterNames.FeatureRebuild);
        Assert.True(pod.HasToken);
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
            [ExportJobSettings.IndexVariable] = "0",
        };
        var mounts = new Dictionary<string, string> { [IdentityPath] = IdentityFolder(folder.Combine("identity"), storage.Identity) };
        await using (var unpublished = HostContainer.Start(pod, overrides, mounts, Resolver()))
        {
            Assert.True(await unpublished.ExitAsync() == ExportJobSettings.WrongInput, unpublished.Output);
            Assert.Contains("card-activity v1 is not published in oci:", unpublished.Output, StringComparison.Ordinal);
        }

        bucket.Set(
            ArtifactKeys.Definition("card-activity", 1),
            Encoding.UTF8.GetBytes("""
                {"schema":1,"engine":1,"view":"card-activity","version":1,"entity":[{"name":"card_id","type":"int64"}],
                "sources":[{"name":"payments","fields":[{"name":"amount","type":"decimal(2)"}]}],"latenessMs":3600000,"ttlMs":259200000,
                "tail":256,"features":[{"kind":"window","aggregation":"sum","source":"payments","field":"amount","windowMs":86400000,
                "hopMs":3600000,"delayMs":0,"name":"total"}],"request":[]}
                """.ReplaceLineEndings("")));
        overrides[ExportJobSettings.IndexVariable] = "4";
        await using (var wrong = HostContainer.Start(pod, overrides, mounts, Resolver()))
        {
            Assert.True(await wrong.ExitAsync() == ExportJobSettings.WrongInput, wrong.Output);
            Assert.Contains("4 parts with JOB_COMPLETION_INDEX '4'", wrong.Output, StringComparison.Ordinal);
        }

        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
    }

    private static void Put(EmulatedTable table, int number, DateTimeOffset time)
    {
        var id = "01J9Z3NDEKTSV4RRFFQ" + number.ToString("0000000", CultureInfo.InvariantCulture);
        var record = new PredictionRecord
        {
            RequestId = id,
            Attempt = 1,
            Time = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            Model = "fraud",
            Version = 1,
            Variant = "stable",
            Status = 200,
        };
        table.Set(id, 1, new JsonObject
        {
            [PredictionTables.Id] = id,
            [PredictionTables.Attempt] = 1,
            [PredictionTables.Model] = record.Model,
            [PredictionTables.Minute] = time.ToUnixTimeSeconds() / 60,
            [PredictionTables.Record] = Convert.ToBase64String(record.ToByteArray()),
        });
    }

    private static string SecretPath(RenderedPod pod, string secret) => pod.Secrets.Single(mount => mount.Value == secret).Key;

    private static string Resolver() =>
        $"search {ClusterNames.Namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver {DnsAddress}\noptions ndots:5\n";

    private static string IdentityFolder(string folder, EmulatorIdentity identity) => ReadableFolder(
        folder,
        ("key.pem", File.ReadAllText(identity.KeyFile)),
        ("config", File.ReadAllText(identity.ConfigFile).Replace(identity.KeyFile, IdentityPath + "/key.pem", StringComparison.Ordinal)));

    private static void SetPlan(KubernetesApi api, RenderedStack run) => api.Set(
        ClusterNames.Plan,
        [.. run.Single("kubernetes:core/v1:ConfigMap", ClusterNames.Plan).Inputs.Map("data")
            .Select(static pair => (pair.Key, (string)pair.Value))]);

    /// <summary>A folder that a container's user can read, like a mounted secret.</summary>
    private static string ReadableFolder(string folder, params ReadOnlySpan<(string Name, string Text)> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(folder, name);
            File.WriteAllText(file, text);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return folder;
    }

    private static async Task PublishAsync(string folder, InferenceSettings version, EmulatedBucket bucket)
    {
        var registry = new ModelRegistry(new FolderObjectStore(folder), TimeProvider.System);
        await registry.PublishAsync(
            version.Model,
            version.Version,
            SomeOnnx.Identity(Datatype.Fp32, -1, 2),
            TrainingInfo.None,
            TestContext.Current.CancellationToken);
        foreach (var key in (string[])[
            ArtifactKeys.Model(version.Model, version.Version),
            ArtifactKeys.Manifest(version.Model, version.Version),
        ])
            bucket.Set(key, await File.ReadAllBytesAsync(Path.Combine(folder, key), TestContext.Current.CancellationToken));
    }

    /// <summary>Gives the loopback device the addresses of a pod's network.</summary>
    private static async Task EnterAsync()
    {
        Assert.SkipUnless(Namespaces.AreOurs, $"{nameof(RenderedHostTests)} runs this test in namespaces");
        foreach (var arguments in (string[])[
            "link set lo up",
            $"address add {PodAddress}/32 dev lo",
            $"address add {DnsAddress}/32 dev lo",
            $"address add {ApiAddress.Address}/32 dev lo",
        ])
        {
            using var ip = Process.Start("ip", arguments.Split(' '));
            await ip.WaitForExitAsync();
            Assert.Equal(0, ip.ExitCode);
        }
    }
}
