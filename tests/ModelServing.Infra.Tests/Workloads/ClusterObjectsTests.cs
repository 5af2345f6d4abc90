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
    [InlineData("features")]
    [InlineData("telemetry")]
    [InlineData("pools")]
    public async Task Kubernetes_knows_every_member_of_every_object(string stack)
    {
        var objects = (await SomeStack.NamedAsync(stack)).OfCluster().ToList();
        Assert.True(objects.Count >= 14, $"{stack} has {objects.Count} objects");
        Assert.All(objects, static rendered => AssertIsRead(rendered.Type, rendered.Json()));
    }

    [Theory]
    [InlineData("spek", "{}", "'spek' could not be mapped")]
    [InlineData("spec.template.spec.hostPid", "false", "'hostPid' could not be mapped")]
    [InlineData(
        "spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem",
        "true",
        "'readOnlyRootFileSystem' could not be mapped")]
    [InlineData("spec.template.spec.containers[0].livenessProbe.httpGet.url", "\"/\"", "'url' could not be mapped")]
    [InlineData("spec.template.spec.topologySpreadConstraints[0].maxSkew", "\"1\"", "maxSkew")]
    [InlineData("spec.template.spec.containers[0].securityContext.runAsNonRoot", "\"true\"", "runAsNonRoot")]
    [InlineData("spec.template.spec.containers[0].resources.limits.memory", "\"1Gb\"", "quantity")]
    public async Task An_unknown_member_or_one_of_the_wrong_type_is_refused(string path, string value, string message)
    {
        var json = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Single(Deployment, "router").Json();
        Assert.IsType<V1Deployment>(ClusterObjects.Read(Deployment, json));
        json.Set(path, JsonNode.Parse(value));
        var refusal = Assert.ThrowsAny<Exception>(() => ClusterObjects.Read(Deployment, json));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertIsRead(string token, JsonObject json)
    {
        var read = ClusterObjects.Read(token, json);
        Assert.Equal(
            token["kubernetes:".Length..],
            $"{(read.ApiVersion.Contains('/', StringComparison.Ordinal) ? "" : "core/")}{read.ApiVersion}:{read.Kind}");
        var written = ClusterObjects.Write(read);
        Assert.True(JsonNode.DeepEquals(json, written), $"{token} does not survive being read:\n{json}\n{written}");
    }
}
