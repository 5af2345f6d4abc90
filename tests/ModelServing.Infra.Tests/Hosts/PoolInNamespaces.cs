using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The inference service of a pool in its rendered container, with the rendered document.</summary>
[Collection(nameof(OneAtATime))]
public class PoolInNamespaces : InNamespaces
{
    [Fact(Explicit = true)]
    public async Task Pool()
    {
        await EnterAsync();
        var run = await SomeStack.RunAsync(
            SomeStack.File(
                "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }, "
                    + "churn: { stable: { version: 7 }, pods: { pool: small } }",
                more: SomeStack.Pool,
                compartment: NosqlEmulator.Compartment),
            new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        await using var nosql = await NosqlEmulator.StartAsync();
        var table = nosql.CreateTable(
            (string)run.Single("oci:Nosql/table:Table", "predictions").Inputs["name"], PredictionTables.Columns);
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        using var folder = new TemporaryFolder();
        var pod = Assert.Single(RenderedHost.From(run), static pod => pod.Host == ClusterNames.Inference);
        var (path, name) = Assert.Single(pod.ConfigMaps);
        var document = (string)run.Single("kubernetes:core/v1:ConfigMap", name).Inputs.Map("data")[ClusterNames.ModelPoolKey];
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.NosqlEndpointVariable] = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.ObjectStorageEndpointVariable] = storage.Endpoint.GetLeftPart(UriPartial.Authority),
            [OciSettings.IdentityVariable] = OciIdentities.Text(OciIdentity.ConfigFile),
            [OciSettings.ConfigFileVariable] = IdentityPath + "/config",
        };
        var mounts = new Dictionary<string, string>
        {
            [IdentityPath] = IdentityFolder(folder.Combine("identity"), storage.Identity),
            [path] = ReadableFolder(folder.Combine("pool"), (ClusterNames.ModelPoolKey, document)),
        };
        (ModelName Model, ModelVersion Version)[] versions =
        [
            (ModelName.Parse("churn"), new(7)), (ModelName.Parse("fraud"), new(1)), (ModelName.Parse("fraud"), new(2)),
        ];
        foreach (var (model, version) in versions)
            await PublishAsync(folder.Combine("registry"), model, version, bucket);

        await using var pool = HostContainer.Start(pod, overrides, mounts, Resolver());
        foreach (var probe in (Probe[])[pod.Startup, pod.Liveness, pod.Readiness])
            await pool.SucceedsAsync(PodAddress, probe);
        foreach (var (model, version) in versions)
        {
            var answer = await HostContainer.PostAsync(
                PodAddress,
                pod.Port,
                InferencePaths.Infer(model, version),
                """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.5,-2]}]}""");
            Assert.Contains("[1.5,-2]", answer, StringComparison.Ordinal);
            Assert.Contains($"\"model_name\":\"{model}\"", answer, StringComparison.Ordinal);
        }

        Assert.Equal(0, await pool.StopAsync());
        // What was answered is shipped before the end.
        Assert.Equal(versions.Length, table.Count);
        Report.Write(
            pod,
            $"{OciSettings.NosqlEndpointVariable} and {OciSettings.ObjectStorageEndpointVariable} (emulators), " +
                $"{OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} (config-file, with a test key)");
    }
}
