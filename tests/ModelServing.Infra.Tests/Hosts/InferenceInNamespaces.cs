using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>Each version's inference service in its rendered container.</summary>
[Collection(nameof(OneAtATime))]
public class InferenceInNamespaces : InNamespaces
{
    [Fact(Explicit = true)]
    public async Task Inference()
    {
        await EnterAsync();
        var run = await SomeStack.RunAsync(
            SomeStack.File(compartment: NosqlEmulator.Compartment), new SomeCloud { Namespace = ObjectStorageEmulator.Namespace });
        await using var nosql = await NosqlEmulator.StartAsync();
        var table = nosql.CreateTable(
            (string)run.Single("oci:Nosql/table:Table", "predictions").Inputs["name"], PredictionTables.Columns);
        await using var storage = await ObjectStorageEmulator.StartAsync();
        var bucket = storage.CreateBucket(BucketName.From(BucketName.Project, "some"));
        using var folder = new TemporaryFolder();
        var overrides = new Dictionary<string, string>
        {
            [OciSettings.NosqlEndpointVariable] = nosql.Endpoint.GetLeftPart(UriPartial.Authority),
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

            await PublishAsync(folder.Combine("registry"), settings.Model!, settings.Version!.Value, bucket);
            await inference.SucceedsAsync(PodAddress, pod.Readiness);
            var answer = await HostContainer.PostAsync(
                PodAddress,
                pod.Port,
                InferencePaths.Infer(settings.Model!, settings.Version),
                """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.5,-2]}]}""");
            Assert.Contains("[1.5,-2]", answer, StringComparison.Ordinal);
            Assert.Equal(0, await inference.StopAsync());
            // What was answered is shipped before the end.
            Assert.Equal(pods.IndexOf(pod) + 1, table.Count);
            Report.Write(
                pod,
                $"{OciSettings.NosqlEndpointVariable} and {OciSettings.ObjectStorageEndpointVariable} (emulators), " +
                    $"{OciSettings.IdentityVariable} and {OciSettings.ConfigFileVariable} (config-file, with a test key)");
        }

        Assert.All(storage.Requests, static request => Assert.NotEqual(401, request.Status));
    }
}
