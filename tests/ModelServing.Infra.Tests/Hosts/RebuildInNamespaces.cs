using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The rebuild in its rendered container. There is no cache with TLS here, so it can't be done. Everything
/// before the cache is as rendered.</summary>
[Collection(nameof(OneAtATime))]
public class RebuildInNamespaces : InNamespaces
{
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
}
