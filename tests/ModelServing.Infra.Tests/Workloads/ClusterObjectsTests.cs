using System.Text.Json.Nodes;
using k8s.Models;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

[Collection(nameof(OneAtATime))]
public class ClusterObjectsTests
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    public async Task Every_object_is_one_that_Kubernetes_knows_member_by_member(string stack)
    {
        var objects = (await SomeStack.OfRepositoryAsync(stack)).OfCluster().ToList();
        Assert.True(objects.Count >= 14, $"{stack} has {objects.Count} objects");
        Assert.All(objects, static rendered => AssertIsRead(rendered.Type, rendered.Json()));
    }

    [Theory]
    [InlineData("spek", "{}", "'spek' could not be mapped")]
    [InlineData("spec.template.spec.hostPid", "false", "'hostPid' could not be mapped")]
    [InlineData("spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem", "true", "'readOnlyRootFileSystem' could not be mapped")]
    [InlineData("spec.template.spec.containers[0].livenessProbe.httpGet.url", "\"/\"", "'url' could not be mapped")]
    [InlineData("spec.template.spec.topologySpreadConstraints[0].maxSkew", "\"1\"", "maxSkew")]
    [InlineData("spec.template.spec.containers[0].securityContext.runAsNonRoot", "\"true\"", "runAsNonRoot")]
    [InlineData("spec.template.spec.containers[0].resources.limits.memory", "\"1Gb\"", "quantity")]
    public async Task A_member_that_there_is_not_or_one_of_another_type_is_refused(string path, string value, string says)
    {
        var json = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Single(Deployment, "router").Json();
        Assert.IsType<V1Deployment>(ClusterObjects.Read(Deployment, json));
        json.Set(path, JsonNode.Parse(value));
        var refusal = Assert.ThrowsAny<Exception>(() => ClusterObjects.Read(Deployment, json));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertIsRead(string token, JsonObject json)
    {
        var read = ClusterObjects.Read(token, json);
        Assert.Equal(token["kubernetes:".Length..], $"{(read.ApiVersion.Contains('/', StringComparison.Ordinal) ? "" : "core/")}{read.ApiVersion}:{read.Kind}");
        var written = ClusterObjects.Write(read);
        Assert.True(JsonNode.DeepEquals(json, written), $"{token} is read as something else:\n{json}\n{written}");
    }
}
