using System.Globalization;
using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Kubernetes;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The router in its rendered container.</summary>
[Collection(nameof(OneAtATime))]
public class RouterInNamespaces : InNamespaces
{
    [Fact(Explicit = true)]
    public async Task Router()
    {
        await EnterAsync();
        var key = ApiKey.Make();
        var run = await SomeStack.RunAsync(SomeStack.File(
            compartment: NosqlEmulator.Compartment,
            more: $$"""
            modelserving:clients: { ops: { keyHashes: ['{{ApiKey.HashOf(key)}}'], role: operator }, shop: { keyHashes: ['{{ApiKey.HashOf(CallersKey)}}'] } }
              {{SomeStack.Splitter}}
            """));
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
        // On a busy machine, more than once.
        Assert.NotEqual(0, issuer.Fetches);

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
            () => Task.FromResult(table.Keys.Count(static key => key.Shard == "fraud") == 1),
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

        // The port for TrafficSplitter needs the key from the Secret, and answers no one outside of the functions' subnet.
        Assert.Equal(401, await HostContainer.GetFromAsync(FunctionAddress, PodAddress, pod.SplitPort!.Value, "/v2/models/fraud"));
        Assert.Null(await HostContainer.GetFromAsync(PodAddress, PodAddress, pod.SplitPort.Value, "/v2/models/fraud"));
        Assert.Equal(401, await HostContainer.GetFromAsync(PodAddress, PodAddress, pod.Port, "/v2/models/fraud"));
        await router.SaysAsync("to the port of TrafficSplitter was closed");

        SetPlan(api, await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("percent: 5", "percent: 50", StringComparison.Ordinal)));
        await router.SaysAsync("fraud: stable v1 50%, canary v2 50%");
        await Wait.UntilAsync(
            () => Task.FromResult(table.Keys.Count(static key => key.Shard == "fraud") == 2),
            () => $"the journal never got the event of the moved weight:\n{router.Output}");
        Assert.Equal(0, await router.StopAsync());
        Report.Write(
            pod,
            $"{OciSettings.NosqlEndpointVariable} (an emulator), {OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} " +
                $"(config-file, "
            + "with a test key); the kubelet's KUBERNETES_SERVICE_HOST and _PORT name a test API server, with a token and an authority at "
            + $"{ServiceAccountPath}; the clients' keysUri names a test issuer; there is no cache");
    }

    private static void SetPlan(KubernetesApi api, RenderedStack run) => api.Set(
        ClusterNames.Plan,
        [.. run.Single("kubernetes:core/v1:ConfigMap", ClusterNames.Plan).Inputs.Map("data")
            .Select(static pair => (pair.Key, (string)pair.Value))]);
}
