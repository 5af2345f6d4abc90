using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The feature server in its rendered container, which is created twice.</summary>
[Collection(nameof(OneAtATime))]
public class FeatureServerInNamespaces : InNamespaces
{
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
}
