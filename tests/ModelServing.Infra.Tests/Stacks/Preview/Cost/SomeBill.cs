using System.Text.Json.Nodes;
using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview.Cost;

/// <summary>A stack of the things that OCI bills: 2 to 6 nodes of 2 OCPUs and 16 GB, a cache of 2 GB, a table, and so on.</summary>
internal static class SomeBill
{
    private static readonly (string Type, string Name, string Inputs)[] Resources =
    [
        ("oci:ContainerEngine/cluster:Cluster", "cluster", """{ "type": "ENHANCED_CLUSTER" }"""),
        ("oci:ContainerEngine/nodePool:NodePool", "cluster-nodes", """
            {
              "nodeShape": "VM.Standard.E5.Flex", "nodeShapeConfig": { "ocpus": 2, "memoryInGbs": 16 },
              "nodeSourceDetails": { "bootVolumeSizeInGbs": "50" }, "nodeConfigDetails": { "size": 2 }
            }
            """),
        ("oci:ContainerEngine/addon:Addon", "cluster-autoscaler", """
            {
              "configurations": [
                { "key": "authType", "value": "workload" }, { "key": "nodes", "value": "2:6:<cluster-nodes nodePool.id>" }
              ]
            }
            """),
        ("oci:Redis/redisCluster:RedisCluster", "cache", """{ "nodeCount": 1, "nodeMemoryInGbs": 2 }"""),
        ("oci:ApiGateway/gateway:Gateway", "gateway", "{}"),
        ("oci:Functions/function:Function", "metrics", """
            { "memoryInMbs": "512", "config": { "MODELSERVING_FUNCTION": "ModelMetrics" } }
            """),
        ("oci:Functions/function:Function", "rollback", """
            { "memoryInMbs": "512", "config": { "MODELSERVING_FUNCTION": "Rollback" }, "provisionedConcurrencyConfig": { "count": 10 } }
            """),
        ("oci:Nosql/table:Table", "journal", """{ "tableLimits": { "maxReadUnits": 50, "maxWriteUnits": 20, "maxStorageInGbs": 1 } }"""),
        ("oci:ObjectStorage/bucket:Bucket", "artifacts", "{}"),
        ("oci:Core/natGateway:NatGateway", "nat", "{}"),
        ("kubernetes:core/v1:Service", "router", """{ "spec": { "type": "LoadBalancer" } }"""),
        ("kubernetes:core/v1:Service", "versions", """{ "spec": { "type": "ClusterIP" } }"""),
        ("kubernetes:apps/v1:StatefulSet", "feature-server", """
            { "spec": { "volumeClaimTemplates": [{ "spec": { "resources": { "requests": { "storage": "50Gi" } } } }] } }
            """),
    ];

    /// <summary>The stack, with one text of its inputs replaced.</summary>
    internal static StackSnapshot Stack(string former = "", string latter = "")
    {
        Assert.True(former.Length == 0 || Resources.Any(each => each.Inputs.Contains(former, StringComparison.Ordinal)), former);
        return new StackSnapshot(
            "test",
            [
                .. Resources.Select(each => new PreviewResource(
                    $"urn:{each.Type}::{each.Name}",
                    each.Type,
                    each.Name,
                    "",
                    JsonNode.Parse(former.Length == 0 ? each.Inputs : each.Inputs.Replace(former, latter, StringComparison.Ordinal))!
                        .AsObject())),
            ],
            []);
    }
}
