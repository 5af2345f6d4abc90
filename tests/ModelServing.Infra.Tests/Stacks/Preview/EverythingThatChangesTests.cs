using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>No change is shown as unchanged: the values that a program makes from outputs, secrets, and options are compared too.</summary>
[Collection(nameof(OneAtATime))]
public sealed class EverythingThatChangesTests
{
    private const string None = "";

    [Theory]
    [InlineData(
        "the digest of an image",
        "inference: sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "inference: sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "pods restart (image): churn v1, fraud v1, fraud v2",
        None)]
    [InlineData(
        "a larger request body",
        "modelserving:functions:",
        "modelserving:maxRequestBytes: 1048576\n  modelserving:functions:",
        "pods restart (MODELSERVING_MAX_REQUEST_BYTES): churn v1, fraud v1, fraud v2, router",
        None)]
    [InlineData(
        "a Rollback function that does nothing",
        " timeout: 60s }",
        " timeout: 60s, dryRun: true }",
        "functions restart (MODELSERVING_DRY_RUN): all functions",
        None)]
    [InlineData(
        "a client with a role",
        "modelserving:clients: {",
        "modelserving:clients: { eve: { keyHashes: ['2222222222222222222222222222222222222222222222222222222222222222'], role: operator },",
        "new: client eve: operator, may also roll back, reset and promote versions",
        "new right")]
    [InlineData(
        "more routers",
        "{ min: 2, max: 2 }",
        "{ min: 2, max: 4 }",
        "pods restart (MODELSERVING_ROUTERS_MAX): router|HorizontalPodAutoscaler router: maxReplicas 2 -> 4",
        "cost")]
    [InlineData(
        "another key of a client",
        SomePreview.KeyHash,
        "3333333333333333333333333333333333333333333333333333333333333333",
        "client shop has another credential: caller, may send requests",
        "new right")]
    [InlineData(
        "another encrypted token of the container registry",
        "secure: v1:y",
        "secure: v1:z",
        "nothing is replaced or deleted",
        None)]
    [InlineData(
        "another e-mail address",
        "ml@example.com",
        "ops@example.com",
        "deleted: Subscription topics-people-ml@example.com, Subscription topics-rollback-ml@example.com",
        None)]
    [InlineData(
        "data protection that is off",
        "modelserving:functions:",
        "modelserving:dataProtection: false\n  modelserving:functions:",
        "Bucket artifacts is no longer protected: it can be deleted|RedisCluster cache is no longer protected: it can be deleted",
        "data loss")]
    [InlineData(
        "tokens of another issuer",
        "https://idp.example.com/",
        "https://other.example.com/",
        "new: tokens of https://other.example.com/: caller, may send requests|the gateway accepts other tokens: issuers",
        "new right")]
    public async Task A_changed_setting_is_shown(string what, string former, string latter, string lines, string risk)
    {
        var comparison = await SomePreview.ChangedAsync(former, latter);
        AssertShown(comparison, what, lines, risk);
    }

    [Theory]
    [InlineData(
        "WorkloadPolicies",
        "Policy",
        "policies-router",
        "to use nosql-rows",
        "to manage nosql-rows",
        "pods of router may manage nosql-rows (before: use nosql-rows)",
        "new right")]
    [InlineData(
        "ServicePolicies",
        "Policy",
        "services-object-storage",
        "to manage object-family",
        "to manage buckets",
        "service objectstorage-eu-frankfurt-1 may manage buckets",
        "new right")]
    [InlineData(
        "InvocationPolicy",
        "Policy",
        "invocation-model-metrics",
        "service_account='model-metrics'",
        "service_account='router'",
        "pods of router may use fn-invocation",
        "new right")]
    [InlineData(
        "SplitterPolicy",
        "Policy",
        "splitter-traffic-splitter",
        ", target.function.id='<splitter-traffic-splitter function.id>'",
        "",
        "the gateway may use fn-invocation (before: use fn-invocation, on other conditions)",
        "new right")]
    [InlineData(
        "Splitter",
        "Function",
        "splitter-traffic-splitter",
        "\"memoryInMbs\":\"1024\"",
        "\"memoryInMbs\":\"2048\"",
        "functions restart (memoryInMbs): splitter-traffic-splitter|Function splitter-traffic-splitter: memoryInMbs 1024 -> 2048",
        "cost")]
    [InlineData(
        "FunctionPolicies",
        "DynamicGroup",
        "function-policies-rollback",
        "ALL {",
        "ANY {",
        "DynamicGroup function-policies-rollback has other members:",
        "new right")]
    [InlineData(
        "Access",
        "Bastion",
        "access-bastion",
        "198.51.100.7/32",
        "198.51.100.0/24",
        "198.51.100.0/24 may open sessions at Bastion access-bastion",
        "new right")]
    [InlineData("Alarms", "Alarm", "alarms-latency", "> 3 ", "> 30 ", "nothing is replaced or deleted", None)]
    [InlineData(
        "Alarms",
        "Subscription",
        "alarms-rollback",
        "<functions-rollback function.id>",
        "<functions-model-loader function.id>",
        "Subscription alarms-rollback is replaced (endpoint)",
        None)]
    [InlineData("Topics", "NotificationTopic", "topics-people", "only notify", "notify", "nothing is replaced or deleted", None)]
    [InlineData(
        "ArtifactReplica",
        "ReplicationPolicy",
        "replica",
        "eu-amsterdam-1",
        "eu-paris-1",
        "ReplicationPolicy replica is replaced (destinationRegionName); Pulumi refuses this while ReplicationPolicy replica is protected",
        None)]
    [InlineData("CostBudget", "Budget", "budget", "\"amount\":500", "\"amount\":900", "nothing is replaced or deleted", None)]
    [InlineData(
        "CostTags",
        "Tag",
        "cost-tags-component",
        "\"isCostTracking\":true",
        "\"isCostTracking\":false",
        "nothing is replaced or deleted",
        None)]
    [InlineData(
        "PublishedChecks",
        "InvokeFunction",
        "checks-fraud-v1",
        "models/fraud/1/",
        "models/fraud/3/",
        "InvokeFunction checks-fraud-v1 is replaced (resourceName)",
        None)]
    [InlineData(
        "ArtifactStore",
        "ObjectLifecyclePolicy",
        "artifacts",
        "\"timeAmount\":\"90\"",
        "\"timeAmount\":\"9\"",
        "ObjectLifecyclePolicy artifacts keeps data for 9 days, not 90",
        "data loss")]
    [InlineData(
        "ArtifactStore",
        "Bucket",
        "artifacts",
        "NoPublicAccess",
        "ObjectRead",
        "Bucket artifacts: is readable by anyone",
        "new right")]
    [InlineData(
        "Cache",
        "RedisCluster",
        "cache",
        "<cache ociCacheConfigSet.id>",
        "<other ociCacheConfigSet.id>",
        "nothing is replaced or deleted",
        None)]
    [InlineData(
        "Cluster",
        "Addon",
        "cluster-autoscaler",
        "2:6:<cluster-nodes-1 nodePool.id>",
        "2:9:<cluster-nodes-1 nodePool.id>",
        "Addon cluster-autoscaler: nodes 2:6 -> 2:9",
        "cost")]
    [InlineData(
        "Cluster",
        "NodePool",
        "cluster-nodes-1",
        "ocid1.image.oc1.eu-frankfurt-1.some",
        "ocid1.image.oc1.eu-frankfurt-1.other",
        "NodePool cluster-nodes-1: only new nodes change (imageId), until cluster.nodes.cycling asks for the others|no pods restart",
        None)]
    [InlineData(
        "Cluster",
        "NodePool",
        "cluster-nodes-1",
        "\"isNodeCyclingEnabled\":false",
        "\"isNodeCyclingEnabled\":true",
        "NodePool cluster-nodes-1: all nodes are replaced, a quarter at a time: all their pods move",
        "outage")]
    [InlineData(
        "Cluster",
        "NodePool",
        "cluster-nodes-1",
        "<availability-domain-1.name>",
        "<availability-domain-2.name>",
        "NodePool cluster-nodes-1: the nodes end, and others come in other availability domains: their pods stop at once",
        "outage")]
    [InlineData(
        "Cluster",
        "NodePool",
        "cluster-nodes-1",
        "<network-pods subnet.id>",
        "<network-nodes subnet.id>",
        "nothing is replaced or deleted",
        None)]
    [InlineData(
        "Functions",
        "Application",
        "functions",
        "nosql:ocid1",
        "nosql:ocid2",
        "functions restart (MODELSERVING_JOURNAL): all functions",
        None)]
    [InlineData("Functions", "Rule", "functions-manifests", "models/*/manifest.json", "models/*", "nothing is replaced or deleted", None)]
    [InlineData(
        "Gateway",
        "Deployment",
        "gateway",
        "http://<router service.address>:80/v2",
        "http://<feature-server service.address>:80/v2",
        "nothing becomes reachable from outside",
        None)]
    [InlineData(
        "Images",
        "ContainerRepository",
        "images-router",
        "\"isPublic\":false",
        "\"isPublic\":true",
        "ContainerRepository images-router: is readable by anyone",
        "new right")]
    [InlineData("Journal", "Table", "journal", "event JSON", "event BINARY", "nothing is replaced or deleted", None)]
    [InlineData(
        "Network",
        "RouteTable",
        "network-private",
        "<network-services serviceGateway.id>",
        "<network-internet internetGateway.id>",
        "RouteTable network-private has other routes",
        "new right")]
    [InlineData(
        "Network",
        "Subnet",
        "network-pods",
        "\"prohibitPublicIpOnVnic\":true",
        "\"prohibitPublicIpOnVnic\":false",
        "Subnet network-pods: can have public addresses|Subnet network-pods is replaced (prohibitPublicIpOnVnic)",
        "new right")]
    [InlineData(
        "PodLogs",
        "UnifiedAgentConfiguration",
        "pod-logs",
        "*_modelserving_*.log",
        "*_kube-system_*.log",
        "nothing is replaced or deleted",
        None)]
    [InlineData(
        "Predictions",
        "Table",
        "predictions",
        "USING TTL 30 DAYS",
        "USING TTL 3 DAYS",
        "Table predictions keeps data for 3 days, not 30",
        "data loss")]
    [InlineData(
        "Workloads",
        "CronJob",
        "model-metrics",
        "<functions-model-metrics function.id>",
        "<functions-rollback function.id>",
        "jobs change (MODELSERVING_INVOKE_FUNCTION): model-metrics",
        None)]
    [InlineData("Workloads", "Role", "plan", "\"get\"", "\"update\"", "Role plan has other rights in the cluster: verbs", "new right")]
    [InlineData(
        "Workloads",
        "StatefulSet",
        "feature-server",
        "oci:<tenancy.namespace>/",
        "oci:<other.namespace>/",
        "feature-server has one pod: it answers nothing while it restarts",
        "outage")]
    [InlineData(
        "Workloads",
        "Deployment",
        "router",
        "\"readOnlyRootFilesystem\":true",
        "\"readOnlyRootFilesystem\":false",
        "Deployment router has other rights in the cluster: readOnlyRootFilesystem",
        "new right")]
    public async Task A_changed_program_is_shown_whatever_its_values_are_made_from(
        string component, string kind, string name, string former, string latter, string lines, string risk)
    {
        var comparison = await SomePreview.EditedAsync(kind, name, former, latter);
        AssertShown(comparison, $"{component}: {kind} {name}", lines, risk);
        Assert.Contains(
            comparison.Changes,
            change => change.Resource.Name == name && change.Resource.Kind == kind && change.Change != Change.Same);
    }

    [Fact]
    public void Every_component_has_a_case()
    {
        var cases = typeof(EverythingThatChangesTests).GetMethod(
            nameof(A_changed_program_is_shown_whatever_its_values_are_made_from))!
            .GetCustomAttributesData()
            .Where(static data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(static data => (string)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)
                data.ConstructorArguments[0].Value!)[0].Value!)
            .ToHashSet();
        var components = typeof(Infra.Cluster.ClusterComponent).Assembly.GetTypes()
            .Where(static type => type is { IsPublic: true, IsAbstract: false } && type.IsSubclassOf(typeof(Pulumi.ComponentResource)))
            .Select(static type => type.Name.Replace("Component", "", StringComparison.Ordinal));
        Assert.Empty(components.Except(cases));
    }

    private static void AssertShown(StackComparison comparison, string what, string lines, string risk)
    {
        var summary = comparison.Summary();
        var text = string.Join('\n', [what, .. summary.Lines, .. summary.Risks, .. comparison.Details()]);
        Assert.False(comparison.IsEmpty, text);
        Assert.All(comparison.Changes, each => Assert.Empty(each.NotComparable));
        Assert.NotEmpty(comparison.Details());
        Assert.All(lines.Split('|'), line => Assert.True(summary.Lines.Any(each => each.StartsWith(line, StringComparison.Ordinal)), text));
        Assert.True(
            risk.Length == 0
                ? summary.Risks.Count == 0
                : summary.Risks.Any(each => each.StartsWith($"risk: {risk}: ", StringComparison.Ordinal)),
            text);
    }
}
